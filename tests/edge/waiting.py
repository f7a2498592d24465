"""Waiting for an edge, and its listener counts."""

import asyncio
from collections.abc import Callable

from tests.edge.conftest import Edge

DEADLINE_S = 45.0


async def until(reached: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not reached():
            await asyncio.sleep(0.02)


def counted(edge: Edge) -> dict[str, int]:
    """The listeners of each channel that has any."""
    return {channel: n for (_, channel), n in edge.rooms.counts().listeners.items() if n}
