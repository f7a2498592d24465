"""Two voices that never stop talking on an edge."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES
from broadcaster.model.status import BoothState, BoothStatus, FloorStatus, status_to_json
from tests.audio.sounds import speech
from tests.edge.conftest import Edge
from tests.edge.http_players import packets
from tests.support.sound import Samples, samples
from tests.support.tasks import background_task

SECONDS = 40


@cache
def voices() -> dict[str, bytes]:
    """Two different halves of the prepared talk."""
    size = SECONDS * CLOCK_HZ * 2
    pcm = speech()
    return {"es": pcm[:size], "ar": pcm[size : 2 * size]}


@cache
def encoded() -> dict[str, list[bytes]]:
    """The same as Opus packets."""
    return {channel: packets(pcm[: len(pcm) // 2_880 * 2_880]) for channel, pcm in voices().items()}


@cache
def spanish() -> Samples:
    """The first of the two voices, as numbers."""
    return samples(voices()["es"])


@cache
def arabic() -> Samples:
    """The second of the two, as numbers."""
    return samples(voices()["ar"])


@asynccontextmanager
async def speaking(edge: Edge, sounds: dict[str, list[bytes]] | None = None) -> AsyncIterator[None]:
    """Publish channels in real time, over and over.

    Args:
        edge: where they are heard.
        sounds: the packets of each channel; None for the two voices.
    """
    channels = await asyncio.to_thread(encoded) if sounds is None else sounds

    async def speak() -> None:
        began = time.monotonic()
        number = 0
        while True:
            for channel, frames in channels.items():
                edge.say(channel, frames[number % len(frames)])
            number += 1
            due = began + number * OPUS_FRAME_SAMPLES / CLOCK_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async with background_task(speak(), name="speakers"):
        yield


@asynccontextmanager
async def at_work(edge: Edge) -> AsyncIterator[None]:
    """A speaker is connected, and the Spanish interpreter is three seconds behind."""
    statuses = FloorStatus(publisher=True), BoothStatus("es", BoothState.LIVE, lag_ms=3_000)

    async def report() -> None:
        while True:
            for status in statuses:
                edge.bus.publish(keys.status("talk"), status_to_json(status))
            await asyncio.sleep(0.5)

    async with background_task(report(), "reports"), speaking(edge):
        yield
