"""The times of captions, compared with the sound in which their sentences are heard."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import aiohttp
import numpy as np

from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import AudioFrame
from broadcaster.model.caption import Caption
from tests.support.sound import RATE_HZ, Samples, matches, samples
from tests.support.tasks import background_task

_TEMPLATE_S = 0.6
_SAME = 0.6
_LONGEST_WAIT_S = 25
_DISTURBED_MS = 5_000
"""A jump of the channel moves what is heard in this time after it: captions are that far ahead."""


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """One sentence on a channel.

    Attributes:
        text: as it is written.
        start_ms: event clock of its first sound; None if it was not found.
        end_ms: event clock of its last sound; None if it was not found.
    """

    text: str
    start_ms: float | None
    end_ms: float | None


@dataclass
class ChannelSound:
    """The sound of a channel by position on the event clock."""

    frames: list[AudioFrame] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Position of its first sample."""
        return self.frames[0].position

    @property
    def jumps_ms(self) -> list[float]:
        """Event clock of each jump of the channel, because the machine was too slow."""
        steps = [after.position - before.position for before, after in pairwise(self.frames)]
        usual = min(steps, default=0)
        return [
            frame.position * 1000 / RATE_HZ
            for frame, step in zip(self.frames, steps, strict=False)
            if step > usual
        ]

    def samples(self) -> Samples:
        """All of it from `first` on; silence where frames are missing."""
        decoder = OpusDecoder()
        pieces = [(frame.position, samples(decoder.decode(frame.payload))) for frame in self.frames]
        last, piece = pieces[-1]
        sound = np.zeros(last + piece.size - self.first)
        for position, piece in pieces:
            sound[position - self.first : position - self.first + piece.size] = piece
        return sound


@dataclass(frozen=True, slots=True)
class TimeErrors:
    """Differences of captions from what is heard, in ms; positive if the caption is later.

    Attributes:
        starts: of captions that begin with a sentence.
        ends: of captions that end with one.
        captions: how many there are.
        inside: starts and ends inside a sentence, which are not compared.
        unheard: starts and ends of sentences whose sound was not found.
        disturbed: those near a jump of the channel, which are not compared either.
    """

    starts: list[float]
    ends: list[float]
    captions: int
    inside: int
    unheard: int
    disturbed: int


def heard_sentences(
    sound: ChannelSound, said: Sequence[tuple[str, Samples]]
) -> list[HeardSentence]:
    """Find sentences in the sound of a channel.

    Args:
        sound: of the channel.
        said: each sentence as it is written, and its sound without silence around it.
    """
    heard, from_s, found = sound.samples(), 0.0, []
    for text, pcm in said:
        window = heard[int(from_s * RATE_HZ) : int((from_s + _LONGEST_WAIT_S) * RATE_HZ)]
        size, length_s = int(_TEMPLATE_S * RATE_HZ), len(pcm) / RATE_HZ
        start_s, end_s = _place(pcm[:size], window), _place(pcm[-size:], window)
        if start_s is None or end_s is None or not _alike(end_s + _TEMPLATE_S - start_s, length_s):
            # It was not heard as a whole, or one of the two is the same word elsewhere.
            found.append(HeardSentence(text, None, None))
            from_s += length_s / 2
            continue
        start_ms = sound.first * 1000 / RATE_HZ + (from_s + start_s) * 1000
        end_ms = sound.first * 1000 / RATE_HZ + (from_s + end_s + _TEMPLATE_S) * 1000
        found.append(HeardSentence(text, start_ms, end_ms))
        from_s += max(0.0, end_s - 1.0)
    return found


def _alike(heard_s: float, said_s: float) -> bool:
    return 0.6 * said_s < heard_s < 1.5 * said_s


def _place(template: Samples, window: Samples) -> float | None:
    found = [one for one in matches(template, window, len(template) / RATE_HZ) if one.r >= _SAME]
    return found[0].found_s if found else None


def compare(
    captions: Sequence[Caption],
    sentences: Sequence[HeardSentence],
    jumps_ms: Sequence[float] = (),
) -> TimeErrors:
    """Compare the times of final captions with the sentences that they hold.

    Args:
        captions: the final captions of a channel, in order.
        sentences: what was said there, in order.
        jumps_ms: times at which the channel jumped, which no caption could know before.
    """
    written = "".join(_plain(caption.text) for caption in captions)
    starts: dict[int, HeardSentence] = {}
    ends: dict[int, HeardSentence] = {}
    at = 0
    for sentence in sentences:
        place = written.find(_plain(sentence.text), at)
        if place >= 0:
            at = place + len(_plain(sentence.text))
            starts[place], ends[at] = sentence, sentence
    found_starts: list[float] = []
    found_ends: list[float] = []
    inside = unheard = disturbed = at = 0
    for caption in captions:
        first, at = at, at + len(_plain(caption.text))
        for table, place, ms, found in (
            (starts, first, caption.start_ms, found_starts),
            (ends, at, caption.end_ms, found_ends),
        ):
            one = table.get(place)
            heard = None if one is None else one.start_ms if table is starts else one.end_ms
            inside += one is None
            unheard += one is not None and heard is None
            if heard is None:
                continue
            if any(-_DISTURBED_MS < jump_ms - heard < 100 for jump_ms in jumps_ms):
                disturbed += 1
            else:
                found.append(ms - heard)
    return TimeErrors(found_starts, found_ends, len(captions), inside, unheard, disturbed)


def _plain(text: str) -> str:
    return "".join(text.split())


@asynccontextmanager
async def recording(url: str, channels: Sequence[str]) -> AsyncIterator[Mapping[str, ChannelSound]]:
    """Record the sound of these channels of the event `talk` inside the context."""
    sounds = {channel: ChannelSound() for channel in channels}

    async def record(http: aiohttp.ClientSession, channel: str) -> None:
        address = f"{url}/e/talk/audio/{channel}"
        async with http.ws_connect(address, protocols=["broadcaster.audio.v1"]) as socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    sounds[channel].frames.append(AudioFrame.from_bytes(message.data))

    async def record_all() -> None:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
            for channel in channels:
                tasks.create_task(record(http, channel), name=f"recording of {channel}")

    async with background_task(record_all(), name="recordings"):
        yield sounds


async def final_captions(url: str, channel: str) -> list[Caption]:
    """The final captions of a channel of the event `talk` so far."""
    found: list[Caption] = []
    after, more = "", True
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        while more:
            address = f"{url}/e/talk/captions/{channel}"
            params = {"wait": "0", **({"after": after} if after else {})}
            async with http.get(address, params=params) as answer:
                body = await answer.json()
            found += [Caption(**one) for one in body["captions"]]
            after, more = body["after"], body["more"]
    return [caption for caption in found if caption.final]
