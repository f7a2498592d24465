"""The edge processes of a server with workers."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.status import EdgeStatus, statuses
from tests.support.deadline import deadline
from tests.support.player import Player, subscribed
from tests.support.processes import Process, children, started
from tests.support.redis_server import RedisServer

COMMAND = [sys.executable, "-m", "broadcaster", "serve"]
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Edges:
    """The parent of the workers, their address, and the bus they share."""

    parent: Process
    http: aiohttp.ClientSession
    bus: Bus

    async def pids(self) -> set[int]:
        return await asyncio.to_thread(children, self.parent.process.pid)

    async def pid(self, number: int) -> int:
        """The process that is worker `number`."""
        for pid in await self.pids():
            words = await asyncio.to_thread(Path(f"/proc/{pid}/cmdline").read_bytes)
            if words.endswith(b"\0--worker\0%d\0" % number):
                return pid
        raise AssertionError(f"no worker {number}")

    async def subscribed(self, url: str, listener: Player) -> str:
        """Listen by WebRTC through one worker, until connected; returns the session's path."""
        address = await subscribed(self.http, f"{url}/whep/talk/es", listener)
        await listener.state("connected")
        return address

    async def heard(self, listeners: dict[str, int]) -> None:
        """Wait until a worker reports exactly these listeners."""
        async with deadline(), self.bus.subscribe(keys.status("talk")) as heard:
            async for status in statuses(heard):
                if isinstance(status, EdgeStatus) and status.listeners == listeners:
                    return

    async def counts(self, total: int) -> dict[str, int]:
        """Listeners by edge, once they add up to `total`."""
        counts: dict[str, int] = {}
        async with deadline(), self.bus.subscribe(keys.status("talk")) as heard:
            async for status in statuses(heard):
                if isinstance(status, EdgeStatus):
                    counts[status.edge] = status.listeners.get("es", 0)
                    if sum(counts.values()) == total:
                        break
        return counts


@asynccontextmanager
async def edges(folder: Path, **settings: str) -> AsyncIterator[Edges]:
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    environment = {
        "BROADCASTER_DATA_DIR": str(folder),
        "BROADCASTER_PORT": "0",
        "BROADCASTER_REDIS_URL": redis.url,
        "BROADCASTER_WORKERS": str(WORKERS),
        **settings,
    }
    try:
        async with (
            started([*COMMAND, "--role", "edge"], environment) as parent,
            RedisBus(redis.url) as bus,
        ):
            event = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
            await bus.put(keys.event_record("talk"), event.to_json())
            url = (await parent.line(r"serving (\S+) \(edge; bus: Redis; 2 workers\)"))[1]
            async with aiohttp.ClientSession(url) as http:
                yield Edges(parent, http, bus)
    finally:
        await asyncio.to_thread(redis.stop)
