"""Two channels with speech, and how well a listener heard them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from statistics import median

import numpy as np

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES
from tests.edge.conftest import Edge
from tests.support.sound import Match, Samples, matches
from tests.webrtc.support import voice

SPANISH = voice(40, 24_000).astype(np.float64)
ARABIC = SPANISH[::-1].copy()
_RUN = 3
"""Windows of a second, one after the other."""


@asynccontextmanager
async def talking(
    edge: Edge,
    said: Mapping[str, Samples] | None = None,
    frame_samples: int = OPUS_FRAME_SAMPLES,
) -> AsyncIterator[None]:
    """Publish speech on both channels, or on those given, in real time."""

    async def talk(channel: str, sound: Samples) -> None:
        encoder = OpusEncoder(frame_samples)
        pieces = sound.astype("<i2")[: len(sound) // frame_samples * frame_samples]
        loop = asyncio.get_running_loop()
        due_at = loop.time()
        for piece in pieces.reshape(-1, frame_samples):
            edge.say(channel, encoder.encode(piece.tobytes()))
            due_at += frame_samples / CLOCK_HZ
            await asyncio.sleep(due_at - loop.time())

    channels = said or {"es": SPANISH, "ar": ARABIC}
    tasks = [asyncio.create_task(talk(*each)) for each in channels.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def worst_r(heard: Samples, said: Samples) -> float:
    """The lowest correlation of what was heard with what was said, over all windows."""
    found = matches(heard, said)
    assert found
    return min(match.r for match in found)


def is_heard(heard: Samples, said: Samples) -> bool:
    """Whether a player that stretches time played this for a while, in order, at about its pace.

    Other sound correlates with up to 0.4, in no order. A player that ran dry in between, on a busy
    machine, is heard before or after that.
    """
    found = matches(heard, said)
    return any(_is_run(found[start : start + _RUN]) for start in range(len(found) - _RUN + 1))


def _is_run(found: list[Match]) -> bool:
    steps = [later.found_s - earlier.found_s for earlier, later in pairwise(found)]
    return median(match.r for match in found) > 0.5 and all(0.5 < step < 1.5 for step in steps)
