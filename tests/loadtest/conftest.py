"""The edge of tests/edge, with a channel that sounds all the time."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.edge.conftest import Edge, edge

__all__ = ["edge"]


@pytest_asyncio.fixture
async def sounding(edge: Edge) -> AsyncIterator[Edge]:
    """Frames on `es`, sixteen a second; no two are alike."""

    async def sound() -> None:
        while True:
            edge.say("es", os.urandom(100))
            await asyncio.sleep(0.06)

    speaking = asyncio.create_task(sound(), name="sounding")
    yield edge
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
