"""Encoders on four stages at the same time, each with another fault of its sound."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

import numpy as np

from broadcaster.webrtc.clients.frames import PacedFrames
from broadcaster.webrtc.clients.publisher import publishing
from tests.audio.microphone.sounds import at_peak, cut_off, over_room, talk
from tests.audio.sounds import hum, numbers, pcm_of
from tests.support.server import Server


@cache
def sounds() -> Mapping[str, tuple[bytes, int]]:
    """The sound of each fault by the id that the sound check gives it, and its channels."""
    speech = talk(-24)
    one_sided = np.stack((speech, np.zeros_like(speech)), axis=1)
    return {
        "no_signal": (bytes(2 * speech.size), 1),
        "clipping": (over_room(at_peak(cut_off(speech, 0.3), 32_700)), 1),
        "hum": (over_room(speech + numbers(hum(40, -38))), 1),
        "one_channel_silent": (pcm_of(one_sided), 2),
    }


@asynccontextmanager
async def faulty_microphones(server: Server, stages: Mapping[str, str]) -> AsyncIterator[None]:
    """Publish to the stages.

    Args:
        server: takes the sound.
        stages: the fault of each event, by the event's id.
    """
    async with AsyncExitStack() as stack:
        for event, fault in stages.items():
            async with server.http.get(f"/api/events/{event}") as answer:
                key = (await answer.json())["stage_key"]
            pcm, channels = sounds()[fault]
            frames = PacedFrames(itertools.repeat(pcm), channels=channels)
            address = f"{server.url}/whip/{event}"
            await stack.enter_async_context(publishing(server.http, address, key, frames))
        yield
