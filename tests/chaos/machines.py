"""Booths in processes of their own, over a real Redis, while the prepared talk is spoken."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from broadcaster.audio.file import read_pcm
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.floor.output import FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, PCM_FRAME_SAMPLES, AudioFrame
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.status import BoothStatus, statuses
from broadcaster.rehearsal import talk
from tests.chaos.compare import Text
from tests.support.deadline import deadline
from tests.support.processes import Process, broadcaster, rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

SENTENCES = talk.load().sentences
LANGUAGES = ("es", "fr")
CHANNELS = (*LANGUAGES, FLOOR)
LEAD_MS = 1_000
AFTERWARDS_S = 2.0
"""Extra time in which nothing may be repeated."""


@dataclass
class ChannelSeen:
    """The output of one channel for its listeners and readers.

    Attributes:
        expected: the sentences it should hold.
        captions: newest version of each, in order.
        positions: of its packets of sound.
        heard_s: when they came.
        state: of its booth.
    """

    expected: list[str]
    captions: dict[str, Caption] = field(default_factory=dict)
    positions: list[int] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    state: str = ""

    @property
    def text(self) -> Text:
        """All that was written, against what should be."""
        written = " ".join(caption.text for caption in self.captions.values())
        return Text(written, self.expected)

    @property
    def longest_gap_s(self) -> float:
        """The longest time without sound."""
        return max((after - before for before, after in pairwise(self.heard_s)), default=0.0)

    @property
    def overlaps(self) -> int:
        """Packets that begin before the one before them ends."""
        steps = [after - before for before, after in pairwise(self.positions)]
        return sum(step < OPUS_FRAME_SAMPLES for step in steps)


class Site:
    """One event, its floor, which this process speaks, and processes of booths.

    Attributes:
        redis: the server of the bus.
        seen: what came out, by channel.
        booths: the processes that run, in the order they were started.
    """

    def __init__(
        self, folder: Path, redis: RedisServer, bus: RedisBus, realtime_url: str, sentences: int
    ) -> None:
        self.redis = redis
        self.seen = {channel: ChannelSeen(_expected(channel, sentences)) for channel in CHANNELS}
        self.booths: list[Process] = []
        self._folder = folder
        self._bus = bus
        self._realtime_url = realtime_url
        self._sentences = sentences
        self._held: dict[int, int] = {}
        self._position = 0
        self._moved = asyncio.Event()
        self._stack = AsyncExitStack()

    async def start_booths(self) -> Process:
        """Start a process of booths."""
        _, process = await self._stack.enter_async_context(
            broadcaster(
                self._folder / f"booths-{len(self._held)}-{len(self.booths)}",
                "booths",
                realtime_url=self._realtime_url,
                redis_url=self.redis.url,
            )
        )
        self.booths.append(process)
        return process

    async def kill(self, process: Process) -> None:
        """End a process at once, as a crash would."""
        self.booths.remove(process)
        process.process.kill()
        await process.process.wait()

    async def terminate(self, process: Process) -> None:
        """Ask a process to end."""
        self.booths.remove(process)
        process.process.terminate()
        async with deadline():
            await process.process.wait()

    def busiest(self) -> Process:
        """The process with the most booths."""
        return max(self.booths, key=lambda one: self._held.get(one.process.pid, 0))

    async def spread(self, *wanted: int) -> None:
        """Wait until the processes have these numbers of booths."""
        await self._until(
            lambda: (
                sorted(self._held.get(one.process.pid, 0) for one in self.booths) == sorted(wanted)
            )
        )

    async def floor_at(self, talk_ms: int) -> None:
        """Wait until this much of the talk was said."""
        await self._until(lambda: self._position >= (talk_ms + LEAD_MS) * 24)

    async def booths_are(self, state: str, *channels: str) -> None:
        """Wait until the booths of these channels are in a state; of any, if none is named."""
        if channels:
            await self._until(lambda: all(self.seen[one].state == state for one in channels))
        else:
            await self._until(lambda: any(one.state == state for one in self.seen.values()))

    async def complete(self) -> None:
        """Wait until every channel has every sentence, and some time longer."""
        with suppress(TimeoutError):
            await self._until(lambda: all(one.text.complete for one in self.seen.values()))
        await asyncio.sleep(AFTERWARDS_S)

    async def _until(self, wanted: Callable[[], bool]) -> None:
        async with deadline():
            while not wanted():
                await self._moved.wait()

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch, and speak from the moment the first booths are live, inside the context."""
        event = Event("talk", "A talk", EventState.LIVE, _channels(), "key")
        async with self._stack, AsyncExitStack() as stack:
            for channel, seen in self.seen.items():
                for part in (self._read(channel, seen), self._listen(channel, seen)):
                    await stack.enter_async_context(background_task(part, f"watch {channel}"))
            for part in (self._watch_status(), self._watch_processes()):
                await stack.enter_async_context(background_task(part, "watch booths"))
            await self._bus.put(keys.event_record("talk"), event.to_json())
            yield

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[None]:
        """Speak the talk, then silence, inside the context."""
        async with background_task(self._speak(), "floor of the test") as speaking:
            yield
            assert not speaking.done()

    async def _speak(self) -> None:
        pcm = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
        spoken = bytes(LEAD_MS * 48) + pcm[: (SENTENCES[self._sentences - 1].end_ms + 150) * 48]
        output = FloorOutput(self._bus, "talk", OPUS_FRAME_SAMPLES)
        clock = asyncio.get_running_loop().time
        started = clock()
        while True:
            await asyncio.sleep(max(0.0, started + self._position / 24_000 - clock()))
            frame = spoken[self._position * 2 : (self._position + PCM_FRAME_SAMPLES) * 2]
            output.push_floor_pcm(self._position, frame.ljust(PCM_FRAME_SAMPLES * 2, b"\0"))
            self._position += PCM_FRAME_SAMPLES
            self._move()

    async def _read(self, channel: str, seen: ChannelSeen) -> None:
        async for entry in self._bus.follow(keys.captions("talk", channel)):
            caption = Caption.from_json(entry.payload)
            seen.captions[caption.id] = caption
            self._move()

    async def _listen(self, channel: str, seen: ChannelSeen) -> None:
        async with self._bus.subscribe(keys.opus("talk", channel), depth=4096) as messages:
            async for message in messages:
                seen.positions.append(AudioFrame.from_bytes(message.payload).position)
                seen.heard_s.append(asyncio.get_running_loop().time())

    async def _watch_status(self) -> None:
        async with self._bus.subscribe(keys.status("talk"), depth=4096) as messages:
            async for status in statuses(messages):
                if isinstance(status, BoothStatus) and status.channel in self.seen:
                    self.seen[status.channel].state = status.state
                    self._move()

    async def _watch_processes(self) -> None:
        async with self._bus.subscribe(keys.BOOTH_PROCESSES) as messages:
            async for message in messages:
                report = json.loads(message.payload)
                pid = int(report["process"].partition("-")[0])
                self._held[pid] = len(report["booths"])
                self._move()


@asynccontextmanager
async def site(folder: Path, sentences: int, processes: int, *options: str) -> AsyncIterator[Site]:
    """A site whose booths are live.

    Args:
        folder: for data.
        sentences: of the talk.
        processes: of booths.
        options: of the rehearsal server.
    """
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    try:
        async with rehearsal_server(*options) as url, RedisBus(redis.url) as bus:
            made = Site(folder, redis, bus, url, sentences)
            async with made.running():
                for _ in range(processes):
                    await made.start_booths()
                await made.booths_are("live", *CHANNELS)
                yield made
    finally:
        await asyncio.to_thread(redis.stop)


def _channels() -> tuple[Channel, ...]:
    return tuple(Channel(language, always=True) for language in LANGUAGES)


def _expected(channel: str, sentences: int) -> list[str]:
    said = SENTENCES[:sentences]
    if channel == FLOOR:
        return [sentence.text for sentence in said]
    return [sentence.translations[channel] for sentence in said]
