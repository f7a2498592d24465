"""Channels that come and go: connections that are lost, and what is said of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
from yarl import URL

from broadcaster.rack.channel_feed import ChannelFeed, FeedState
from broadcaster.rack.output_buffer import OutputBuffer
from broadcaster.rack.sound import BLOCK_SAMPLES
from tests.edge.faulty_proxy import faulty
from tests.rack.tone_stage import tone_stage
from tests.rack.tones import TONE_HZ, loudest_hz
from tests.support.deadline import deadline


class Listening:
    """A feed, and an output that takes its sound in real time."""

    def __init__(self, http: aiohttp.ClientSession, url: str, channel: str) -> None:
        self.said: list[str] = []
        self.buffer = OutputBuffer(200, time.monotonic)
        event = URL(url) / "e/talk"
        self.feed = ChannelFeed(http, event, channel, self.buffer, self.said.append)
        self.heard: list[np.ndarray] = []

    async def play(self) -> None:
        began_s, number = time.monotonic(), 0
        while True:
            number += 1
            await asyncio.sleep(began_s + number * 0.01 - time.monotonic())
            self.heard.append(self.buffer.pull(BLOCK_SAMPLES))

    async def hears(self, hz: int) -> None:
        """Wait until half a second of the tone was heard from now on."""
        self.heard.clear()
        async with deadline():
            while loudest_hz(np.concatenate([np.zeros(1), *self.heard[-50:]])) != hz:
                await asyncio.sleep(0.1)

    async def tells(self, text: str) -> None:
        async with deadline():
            while not any(text in sentence for sentence in self.said):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(url: str, *channels: str) -> AsyncIterator[list[Listening]]:
    async with aiohttp.ClientSession() as http:
        all_of_them = [Listening(http, url, channel) for channel in channels]
        tasks = [asyncio.create_task(one.feed.run(), name="feed") for one in all_of_them]
        tasks += [asyncio.create_task(one.play(), name="output") for one in all_of_them]
        try:
            yield all_of_them
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_channel_is_heard() -> None:
    async with tone_stage() as edge, listening(edge.url, "es") as [spanish]:
        await spanish.hears(TONE_HZ["es"])
        assert spanish.feed.state is FeedState.CONNECTED
        assert spanish.said == ["es: connected"]


async def test_a_lost_channel_disturbs_no_other() -> None:
    async with tone_stage() as edge, listening(edge.url, "es", "xx") as [spanish, unknown]:
        await unknown.tells("xx: the server has no such event or channel; trying again")
        await spanish.hears(TONE_HZ["es"])
        assert unknown.feed.state is FeedState.WAITING
        assert unknown.buffer.buffer_ms == 0
        assert spanish.buffer.underruns == 0


async def test_a_lost_connection_is_made_again() -> None:
    async with tone_stage() as edge, faulty(edge.url) as (url, proxy):
        async with listening(url, "es") as [spanish]:
            await spanish.hears(TONE_HZ["es"])
            await proxy.cut()
            await spanish.tells("es: the connection was lost; trying again")
            proxy.cut_off = False
            await spanish.hears(TONE_HZ["es"])
            assert spanish.feed.reconnects == 1


async def test_a_server_that_is_not_there_is_waited_for() -> None:
    async with listening("http://127.0.0.1:9", "es") as [spanish]:
        await spanish.tells("es: the server cannot be reached; trying again")
