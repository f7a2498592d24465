"""A speaker who changes the language, as the listeners of that language's channel hear it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np

from broadcaster.audio.file import read_pcm
from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import AudioFrame
from broadcaster.rehearsal import talk
from tests.support.browser import write_wav
from tests.support.processes import TOKEN, Process, broadcaster, rehearsal_server, started
from tests.support.sound import RATE_HZ, Samples, matches, samples
from tests.support.tasks import background_task

SENTENCES = talk.load().sentences
GUEST = [sentence for sentence in SENTENCES if sentence.language == "es"]
HOST_AGAIN = SENTENCES[GUEST[-1].index + 1]
START_MS = SENTENCES[GUEST[0].index - 2].start_ms - 400
END_MS = SENTENCES[HOST_AGAIN.index + 1].end_ms + 400
"""The part of the talk that is spoken: two sentences before the guest, two after."""
LENGTH_S = (END_MS - START_MS) / 1000
_LONGEST_S = 15
_WINDOW = RATE_HZ // 5
_STEP = RATE_HZ // 20
_SAME_WORDS, _SAME = 0.55, 0.6
_CARRIED, _GONE = 0.5, 0.1
"""Level against the floor's own: it is carried from -6 dB on, and gone below -20 dB."""
_APART_S, _SURELY = 0.5, 5
"""Windows that agree on where the passage begins, and how many of them are proof."""
_BEHIND = RATE_HZ
"""The floor on another channel is that much later at most."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One passage of the guest, in seconds after the word on the floor channel.

    Attributes:
        carried_s: from the first Spanish word until the Spanish channel carries the floor.
        back_s: from the first English word until it does not any more.
    """

    carried_s: float
    back_s: float


@dataclass
class Listener:
    """One channel's sound, and when each frame of it came."""

    decoder: OpusDecoder = field(default_factory=OpusDecoder)
    pieces: list[Samples] = field(default_factory=list)
    came_s: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def hear(self, frame: AudioFrame) -> None:
        """The next frame, now."""
        piece = samples(self.decoder.decode(frame.payload))
        self.pieces.append(piece)
        self.ends.append((self.ends[-1] if self.ends else 0) + len(piece))
        self.came_s.append(asyncio.get_running_loop().time())

    def sound(self) -> Samples:
        """All of it, 24 kHz."""
        return np.concatenate(self.pieces)

    def when(self, sample: int) -> float:
        """The time at which the frame with this sample came."""
        number = int(np.searchsorted(self.ends, sample, side="right"))
        return self.came_s[min(number, len(self.came_s) - 1)]


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[tuple[str, Process]]:
    """The passage again and again on the floor of a broadcast into Spanish.

    Yields:
        The broadcaster's address and process.
    """
    pcm = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
    wav = folder / "passage.wav"
    passage = samples(pcm[START_MS * 48 : END_MS * 48])
    await asyncio.to_thread(write_wav, wav, passage, RATE_HZ)
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        serving = broadcaster(folder, realtime_url=realtime_url, on_demand="false")
        url, server = await stack.enter_async_context(serving)
        key = await _create_event(url)
        command = [sys.executable, "-m", "broadcaster", "publish", str(wav), f"{url}/whip/talk"]
        environment = {"BROADCASTER_STAGE_KEY": key}
        speaker = await stack.enter_async_context(started([*command, "--loop"], environment))
        await speaker.line("on the floor")
        yield url, server


@asynccontextmanager
async def listening(url: str, channel: str) -> AsyncIterator[Listener]:
    """A listener of a channel over its WebSocket."""
    listener = Listener()
    address = f"{url}/e/talk/audio/{channel}"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(address, protocols=["broadcaster.audio.v1"]) as socket,
    ):

        async def read() -> None:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    listener.hear(AudioFrame.from_bytes(message.data))

        async with background_task(read(), name=f"listener of {channel}"):
            yield listener


def switches(floor: Listener, channel: Listener) -> Iterator[Switch]:
    """Every whole passage of the guest that both heard."""
    original, heard = floor.sound(), channel.sound()
    pcm = samples(b"".join(read_pcm(talk.load().audio_path)))
    passage = pcm[START_MS * RATE_HZ // 1000 : END_MS * RATE_HZ // 1000]
    for start_s in _repeats(original, passage):
        spanish, english = (
            round((start_s + (sentence.start_ms - START_MS) / 1000) * RATE_HZ)
            for sentence in (GUEST[0], HOST_AGAIN)
        )
        if spanish < 0 or english + (_LONGEST_S + 1) * RATE_HZ > len(original):
            continue
        begins_s, ends_s = floor.when(spanish), floor.when(english)
        carried = next(
            end_s
            for end_s, level in _levels(floor, original, channel, heard, begins_s)
            if level >= _CARRIED
        )
        stays = ends_s
        for end_s, level in _levels(floor, original, channel, heard, ends_s):
            if end_s > ends_s + _LONGEST_S:
                break
            stays = end_s if level >= _GONE else stays
        yield Switch(carried - begins_s, stays - ends_s)


def _repeats(original: Samples, passage: Samples) -> list[float]:
    """Return the times in a sound, in seconds, at which the passage begins."""
    begins_s = sorted(
        match.at_s - match.found_s for match in matches(original, passage) if match.r > _SAME_WORDS
    )
    groups: list[list[float]] = []
    for begin_s in begins_s:
        if groups and begin_s - groups[-1][-1] < _APART_S:
            groups[-1].append(begin_s)
        else:
            groups.append([begin_s])
    return [float(np.median(group)) for group in groups if len(group) >= _SURELY]


def _levels(
    floor: Listener, original: Samples, channel: Listener, heard: Samples, from_s: float
) -> Iterator[tuple[float, float]]:
    """Windows of a channel in which the floor is heard: when they had come, and its level."""
    first = channel.ends[int(np.searchsorted(channel.came_s, from_s))]
    for end in range(first, len(heard), _STEP):
        end_s = channel.when(end - 1)
        window = heard[end - _WINDOW : end]
        now = floor.ends[int(np.searchsorted(floor.came_s, end_s)) - 1]
        near = original[max(0, now - _BEHIND - _WINDOW) : now]
        for match in matches(window, near, _WINDOW / RATE_HZ):
            place = round(match.found_s * RATE_HZ)
            same = float(np.linalg.norm(near[place : place + _WINDOW]))
            if match.r > _SAME:
                yield end_s, float(np.linalg.norm(window)) / same


async def _create_event(url: str) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    event = {"id": "talk", "title": "Water", "languages": ["es", "fr"]}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
        async with http.post("/api/events", json=event) as answer:
            key: str = (await answer.json())["stage_key"]
        async with http.patch("/api/events/talk", json={"state": "live"}):
            return key
