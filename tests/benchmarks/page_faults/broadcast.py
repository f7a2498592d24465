"""A talk on real processes: two melodies and a caption each second, by Redis to one edge."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from tests.benchmarks.page_faults.melody import CHANNELS, encoded
from tests.chaos.machines.servers import Server
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task

FRAME_S = OPUS_FRAME_SAMPLES / CLOCK_HZ
CAPTION_S = 1.0
JOINS_AGAIN_S = 0.1
GOODBYE_S = "1"


class Broadcast:
    """One event, its edge, and what was said.

    Attributes:
        bus: on which it is said.
        edge: the process that the pages ask.
        webrtc_port: of the edge.
        began_s: Unix time at which the melodies began.
        speaks: whether captions are written at present.
    """

    def __init__(self, bus: Bus, edge: Server, webrtc_port: int) -> None:
        self.bus = bus
        self.edge = edge
        self.webrtc_port = webrtc_port
        self.began_s = 0.0
        self.speaks = asyncio.Event()
        self._captions = 0

    async def play(self, melodies: Mapping[str, Sequence[bytes]]) -> None:
        """Publish both melodies in real time, from their beginning."""
        self.began_s = time.time()
        began = time.monotonic()
        for number in range(len(melodies[CHANNELS[0]])):
            for channel, packets in melodies.items():
                position = number * OPUS_FRAME_SAMPLES
                frame = AudioFrame(Kind.OPUS, number, position, packets[number])
                self.bus.publish(keys.opus("talk", channel), frame.to_bytes())
            await asyncio.sleep(max(0.0, began + (number + 1) * FRAME_S - time.monotonic()))

    async def write(self) -> None:
        """Write captions of both channels, each in two versions."""
        while True:
            await self.speaks.wait()
            number = self._captions
            self._captions += 1
            for mark, final in (("", False), (".", True)):
                for channel in CHANNELS:
                    name, text = f"{channel}-{number}", f"{channel} {number}{mark}"
                    caption = Caption(name, channel, number, number, text, final)
                    await self.bus.append(keys.captions("talk", channel), caption.to_json())
                await asyncio.sleep(CAPTION_S / 2)

    async def audience(self, channel: str) -> None:
        """Listen to the MP3 of a channel, as others do: without them its encoder does not run."""
        async with aiohttp.ClientSession(self.edge.url) as http:
            while True:
                with suppress(aiohttp.ClientError):
                    async with http.get(f"/listen/talk/{channel}.mp3") as answer:
                        async for _ in answer.content.iter_any():
                            pass
                await asyncio.sleep(JOINS_AGAIN_S)

    async def full_list(self, channel: str) -> list[str]:
        """The server's whole list of captions; there must be no more than an answer can have."""
        path = f"/e/talk/captions/{channel}/history?limit=200"
        async with aiohttp.ClientSession(self.edge.url) as http, http.get(path) as answer:
            page: dict[str, Any] = await answer.json()
        assert not page["more"]
        texts = {caption["id"]: caption["text"] for caption in page["captions"]}
        return list(texts.values())


@asynccontextmanager
async def broadcasting(folder: Path) -> AsyncIterator[Broadcast]:
    """A talk that has just begun."""
    melodies = {channel: await asyncio.to_thread(encoded, channel) for channel in CHANNELS}
    redis = RedisServer(folder)
    await asyncio.to_thread(redis.start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        bus = await stack.enter_async_context(RedisBus(redis.url))
        channels = tuple(Channel(channel) for channel in CHANNELS)
        event = Event("talk", "A talk", EventState.LIVE, channels, "key")
        await bus.put(keys.event_record("talk"), event.to_json())
        port = free_port()
        settings = {"redis_url": redis.url, "goodbye_s": GOODBYE_S, "webrtc_port": str(port)}
        edge = Server(folder, "edge", **settings)
        await edge.start()
        stack.push_async_callback(edge.stop)
        talk = Broadcast(bus, edge, port)
        await stack.enter_async_context(background_task(talk.play(melodies), "melodies"))
        await stack.enter_async_context(background_task(talk.write(), "captions"))
        for channel in CHANNELS:
            await stack.enter_async_context(background_task(talk.audience(channel), "audience"))
        talk.speaks.set()
        yield talk
