"""Two edge processes over a real Redis, and a talk on their bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind, opus_samples
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from tests.support.deadline import deadline
from tests.support.processes import Process, broadcaster
from tests.support.redis_server import RedisServer

PACKET_S = 0.06
PACKET = b"\x58opus"
"""Not sound that can be decoded; its first byte says 60 ms."""


@dataclass
class TwoEdges:
    """The processes, and what was said so far."""

    bus: Bus
    redis_url: str
    url: str
    process: Process
    other_url: str
    other: Process
    captions: list[str] = field(default_factory=list)
    """Stream ids."""

    async def say(self, count: int) -> None:
        """Append captions, one after the other."""
        for _ in range(count):
            number = len(self.captions)
            caption = Caption(f"es-{number}", "es", number, number, f"Frase {number}.", final=True)
            self.captions.append(
                await self.bus.append(keys.captions("talk", "es"), caption.to_json())
            )

    async def sound(self, packets: list[bytes] | None = None) -> None:
        """Publish packets in real time until cancelled."""
        packets = packets or [PACKET]
        position = 0
        for sequence in range(1_000_000):
            packet = packets[sequence % len(packets)]
            frame = AudioFrame(Kind.OPUS, sequence, position, packet)
            self.bus.publish(keys.opus("talk", "es"), frame.to_bytes())
            position += opus_samples(packet)
            await asyncio.sleep(PACKET_S)


async def refuses(url: str) -> None:
    """Wait until a server takes no connection any more."""
    host, port = url.removeprefix("http://").split(":")
    async with deadline():
        with suppress(ConnectionRefusedError):
            while True:
                _, writer = await asyncio.open_connection(host, int(port))
                writer.close()
                await asyncio.sleep(0.01)


@asynccontextmanager
async def two_edges(folder: Path, **settings: str) -> AsyncIterator[TwoEdges]:
    """Start both, with these settings, and an event that is live."""
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        bus = await stack.enter_async_context(RedisBus(redis.url))
        event = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
        await bus.put(keys.event_record("talk"), event.to_json())
        settings = {"redis_url": redis.url, **settings}
        started = [
            await stack.enter_async_context(broadcaster(folder, "edge", **settings))
            for _ in range(2)
        ]
        (url, process), (other_url, other) = started
        yield TwoEdges(bus, redis.url, url, process, other_url, other)
