"""A broadcast by real processes: a speaker, servers, an audience, and Redis where it is needed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from broadcaster.audio.file import read_pcm
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model import keys
from broadcaster.model.language import FLOOR
from broadcaster.rehearsal import talk
from tests.chaos.machines.audience import Audience, ChannelSeen
from tests.chaos.machines.disks import SmallDisk
from tests.chaos.machines.servers import Server
from tests.commands.publishers import ORGANIZER, PublisherProcess, move, publisher
from tests.support.browser import write_wav
from tests.support.deadline import deadline
from tests.support.processes import rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.sound import samples
from tests.support.switch import switch
from tests.support.tasks import background_task

SENTENCES = talk.load().sentences
LANGUAGES = ("es", "fr")
CHANNELS = (FLOOR, *LANGUAGES)
ROLES = ("floor", "booths", "edge", "desk")
LEAD_MS = 1_000
"""Silence before the talk."""
SILENCE_S = 120.0
"""Silence after it: the speaker stays on the floor until all is interpreted."""
AFTERWARDS_S = 2.0
"""Extra time in which nothing may be repeated."""


class Site:
    """One event with its speaker, its servers and its audience.

    Attributes:
        servers: by role; one that has all roles is there for each.
        redis: the server of the bus, if there is one.
        disk: of the store, if it can be filled.
        seen: what came out, by channel.
    """

    def __init__(
        self, servers: dict[str, list[Server]], redis: RedisServer | None, sentences: int
    ) -> None:
        self.servers = servers
        self.redis = redis
        self.disk: SmallDisk | None = None
        self.seen = {channel: ChannelSeen(_expected(channel, sentences)) for channel in CHANNELS}
        self._sentences = sentences
        self._publisher: PublisherProcess | None = None
        self._audience: Audience | None = None
        self._booths_of_pid: dict[int, int] = {}
        self._moved = asyncio.Event()

    def busiest(self) -> Server:
        """The server with the most booths."""
        return max(self.servers["booths"], key=lambda one: self._booths_of_pid.get(one.pid, 0))

    async def spread(self, *wanted: int) -> None:
        """Wait until the processes with booths have these numbers of them."""
        await self._until(
            lambda: (
                sorted(self._booths_of_pid.get(one.pid, 0) for one in self.servers["booths"])
                == sorted(wanted)
            )
        )

    async def floor_at(self, talk_ms: int) -> None:
        """Wait until this much of the talk was said."""
        assert self._publisher is not None
        await self._publisher.status(
            lambda status: bool(status["position_s"] * 1_000 >= talk_ms + LEAD_MS)
        )

    async def booth_is(self, state: str) -> None:
        """Wait until any booth is in a state."""
        await self._until(lambda: any(one.state == state for one in self.seen.values()))

    async def complete(self) -> None:
        """Wait until every channel has every sentence, and some time longer."""
        await self.floor_at(SENTENCES[self._sentences - 1].end_ms)
        with suppress(TimeoutError):
            await self._until(lambda: all(one.text.complete for one in self.seen.values()))
        await asyncio.sleep(AFTERWARDS_S)

    async def compare_with_store(self) -> None:
        """Count the captions that readers missed, and those that were not stored."""
        assert self._audience is not None
        for channel, seen in self.seen.items():
            seen.count_lost(await self._audience.stored(channel))

    @asynccontextmanager
    async def broadcasting(self, folder: Path) -> AsyncIterator[None]:
        """Everything runs inside the context, and the speaker begins.

        Args:
            folder: for the recording.
        """
        wav = folder / "talk.wav"
        await asyncio.to_thread(_write_talk, wav, self._sentences)
        async with AsyncExitStack() as stack:
            for server in self._each_server():
                await server.start()
                stack.push_async_callback(server.stop)
            await self._watch_processes(stack)
            desk = self.servers["desk"][0].url
            key = await _created(desk)
            floors, edges = [
                await stack.enter_async_context(switch(*(one.url for one in self.servers[role])))
                for role in ("floor", "edge")
            ]
            self._audience = Audience(edges, self.seen, self._move)
            await stack.enter_async_context(self._audience.listening())
            await move(desk, "live")
            await self._until(lambda: all(self.seen[one].state == "live" for one in LANGUAGES))
            self._publisher = await stack.enter_async_context(
                publisher(wav, f"{floors}/whip/talk", "--key", key)
            )
            yield

    def _each_server(self) -> Sequence[Server]:
        return list(dict.fromkeys(one for role in self.servers.values() for one in role))

    async def _until(self, wanted: Callable[[], bool]) -> None:
        async with deadline():
            while not wanted():
                await self._moved.wait()

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _watch_processes(self, stack: AsyncExitStack) -> None:
        if self.redis is None:
            return
        bus = await stack.enter_async_context(RedisBus(self.redis.url))
        await stack.enter_async_context(background_task(self._follow_reports(bus), "reports"))

    async def _follow_reports(self, bus: RedisBus) -> None:
        async with bus.subscribe(keys.BOOTH_PROCESSES) as messages:
            async for message in messages:
                report = json.loads(message.payload)
                pid = int(report["process"].partition("-")[0])
                self._booths_of_pid[pid] = len(report["booths"])
                self._move()


@asynccontextmanager
async def four_roles(folder: Path, sentences: int, *options: str) -> AsyncIterator[Site]:
    """Two processes each for floors, booths and edges, and one for the desk, over Redis.

    Args:
        folder: for data; that of Redis is `redis`.
        sentences: of the talk.
        options: of the rehearsal server.
    """
    data = folder / "redis"
    data.mkdir(exist_ok=True)
    redis = RedisServer(data)
    await asyncio.to_thread(redis.start)
    try:
        async with rehearsal_server(*options) as url:
            settings = {"redis_url": redis.url, "realtime_url": url}
            servers = {
                role: [
                    Server(folder / f"{role}-{number}", role, **settings)
                    for number in range(1 if role == "desk" else 2)
                ]
                for role in ROLES
            }
            site = Site(servers, redis, sentences)
            async with site.broadcasting(folder):
                yield site
    finally:
        await asyncio.to_thread(redis.stop)


@asynccontextmanager
async def one_process(folder: Path, sentences: int, *options: str) -> AsyncIterator[Site]:
    """All roles in one process, without Redis, its data in the folder `data`.

    Args:
        folder: for data.
        sentences: of the talk.
        options: of the rehearsal server.
    """
    async with rehearsal_server(*options) as url:
        server = Server(folder / "data", realtime_url=url)
        site = Site({role: [server] for role in ROLES}, None, sentences)
        async with site.broadcasting(folder):
            yield site


async def _created(url: str) -> str:
    """An event named `talk`; returns its stage key."""
    body: dict[str, Any] = {"id": "talk", "title": "A talk", "languages": LANGUAGES}
    async with aiohttp.ClientSession(url, headers=ORGANIZER) as http:
        async with http.post("/api/events", json=body) as answer:
            assert answer.status == 201, await answer.text()
            key: str = (await answer.json())["stage_key"]
    return key


def _write_talk(path: Path, sentences: int) -> None:
    pcm = b"".join(read_pcm(talk.load().audio_path))
    spoken = pcm[: (SENTENCES[sentences - 1].end_ms + 150) * 48]
    whole = bytes(LEAD_MS * 48) + spoken + bytes(int(SILENCE_S * 48_000))
    write_wav(path, samples(whole), 24_000)


def _expected(channel: str, sentences: int) -> list[str]:
    said = SENTENCES[:sentences]
    if channel == FLOOR:
        return [sentence.text for sentence in said]
    return [sentence.translations[channel] for sentence in said]
