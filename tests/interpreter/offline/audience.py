"""A listener and a reader of one channel: everything that came, with its time."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

import aiohttp
import numpy as np

from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame
from broadcaster.model.caption import Caption
from tests.interpreter.human_speech import plain_words
from tests.support.sound import Samples, matches, samples
from tests.support.tasks import background_task

_PROTOCOL = "broadcaster.audio.v1"
_SOUGHT_S = 60.0
"""The programme begins within this much of the floor."""
_WINDOW_S = 2.0


@dataclass(frozen=True)
class NewWords:
    """Words that a version of a caption added, and the event-clock second at which it came."""

    at_s: float
    words: tuple[str, ...]


@dataclass
class Channel:
    """Everything that one channel sent; times are of the monotonic clock.

    Attributes:
        captions: every version with the time at which it came.
        frames: of Opus, the same.
    """

    captions: list[tuple[float, Caption]] = field(default_factory=list)
    frames: list[tuple[float, AudioFrame]] = field(default_factory=list)

    def delay_s(self) -> float:
        """How much later than its position a listener has the channel's sound, in the median."""
        return float(np.median([at_s - frame.position / CLOCK_HZ for at_s, frame in self.frames]))

    @cached_property
    def sound(self) -> Samples:
        """All sound, 24 kHz, by position from the first frame on; asked when it has ended."""
        decoder, first = OpusDecoder(), self.frames[0][1].position
        pieces = [
            (frame.position - first, decoder.decode(frame.payload)) for _, frame in self.frames
        ]
        sound = np.zeros(pieces[-1][0] + len(pieces[-1][1]) // SAMPLE_BYTES)
        for at, pcm in pieces:
            piece = samples(pcm)
            sound[at : at + len(piece)] = piece[: len(sound) - at]
        return sound

    def first_s(self) -> float:
        """The event-clock second of the first frame."""
        return self.frames[0][1].position / CLOCK_HZ

    def begin_of(self, pcm: bytes) -> float:
        """The event-clock second at which this sound begins, which is among the first."""
        heard = self.sound[: round(_SOUGHT_S * CLOCK_HZ)]
        [match] = matches(samples(pcm)[: round(_WINDOW_S * CLOCK_HZ)], heard, _WINDOW_S)
        assert match.r > 0.5, "the programme was not heard on the floor"
        return self.first_s() + match.found_s

    def news(self, delay_s: float) -> list[NewWords]:
        """The words in the order in which they came.

        Args:
            delay_s: of the clock, see `delay_s`.
        """
        shown, news = dict[str, int](), list[NewWords]()
        for at_s, caption in self.captions:
            words = plain_words(caption.text)
            if fresh := words[shown.get(caption.id, 0) :]:
                shown[caption.id] = len(words)
                news.append(NewWords(at_s - delay_s, tuple(fresh)))
        return news


@asynccontextmanager
async def following(event_url: str, name: str) -> AsyncIterator[Channel]:
    """Read and hear a channel as long as the context is open.

    Args:
        event_url: `http://…/e/EVENT`.
        name: of the channel.
    """
    channel = Channel()

    async def read(http: aiohttp.ClientSession) -> None:
        async with http.get(f"{event_url}/captions/{name}") as answer:
            async for line in answer.content:
                kind, _, value = line.decode().rstrip("\n").partition(": ")
                if kind == "data" and "text" in (told := json.loads(value)):
                    caption = Caption.from_json(json.dumps(told).encode())
                    channel.captions.append((time.monotonic(), caption))

    async def hear(http: aiohttp.ClientSession) -> None:
        async with http.ws_connect(f"{event_url}/audio/{name}", protocols=[_PROTOCOL]) as socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    frame = AudioFrame.from_bytes(message.data)
                    channel.frames.append((time.monotonic(), frame))

    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as http,
        background_task(read(http), name=f"captions of {name}") as reader,
        background_task(hear(http), name=f"sound of {name}") as listener,
    ):
        yield channel
        for task in (reader, listener):
            assert not task.done(), f"{task.get_name()} ended: {task}"
