"""Waiting with a deadline that no healthy run comes near."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from broadcaster.model.ports import Entry
from tests.support.deadline import deadline

T = TypeVar("T")


async def soon(work: Awaitable[T]) -> T:
    async with deadline():
        return await work


async def take(items: AsyncIterator[T], count: int) -> list[T]:
    async with deadline():
        return [await anext(items) for _ in range(count)]


async def until(condition: Callable[[], bool]) -> None:
    async with deadline():
        while not condition():
            await asyncio.sleep(0.01)


async def collect(entries: AsyncIterator[Entry], into: list[bytes]) -> None:
    async for entry in entries:
        into.append(entry.payload)  # noqa: PERF401 - it never ends
