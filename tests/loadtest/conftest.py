"""The edge of tests/edge, with a channel that sounds all the time."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, SAMPLE_BYTES
from tests.edge.conftest import Edge, edge
from tests.support.tasks import background_task

FRAME_BYTES = OPUS_FRAME_SAMPLES * SAMPLE_BYTES

__all__ = ["edge"]


@asynccontextmanager
async def noise(edge: Edge) -> AsyncIterator[None]:
    """Noise on `es`, one frame every 60 ms; no two are alike."""
    encoder = OpusEncoder()

    async def sound() -> None:
        while True:
            edge.say("es", encoder.encode(os.urandom(FRAME_BYTES)))
            await asyncio.sleep(0.06)

    async with background_task(sound(), name="noise"):
        yield


@pytest_asyncio.fixture
async def sounding(edge: Edge) -> AsyncIterator[Edge]:
    """An edge with `noise`."""
    async with noise(edge):
        yield edge
