"""The lease of a floor is lost while somebody speaks: the bus is down, or it was taken."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, RETAINED_SAMPLES, AudioFrame
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.publisher import publishing
from broadcaster.webrtc.ingest import IngestSettings
from tests.floor.chirps import chirps
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task
from tests.support.web import on_loopback

LOST = "the lease of the floor was lost"


class Stage:
    """A floor over Redis, and the address of its speakers."""

    def __init__(self, bus: RedisBus, redis: RedisServer, url: str) -> None:
        self.bus = bus
        self.redis = redis
        self.url = url

    async def frame(self) -> AudioFrame:
        """The next frame of the floor."""
        async with deadline(), self.bus.subscribe(keys.floor_pcm("talk")) as messages:
            return AudioFrame.from_bytes((await anext(aiter(messages))).payload)


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with RedisBus(redis.url) as bus:
            event = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")
            live = event.moved_to(EventState.LIVE, SystemClock().now_ms())
            await bus.put(keys.event_record("talk"), live.to_json())
            floors = Floors(bus, SystemClock(), OPUS_FRAME_SAMPLES)
            whip = WhipEndpoint(floors.find_event, floors, IngestSettings(loopback=True))
            application = create_application(bus, whip.routes())
            async with (
                on_loopback(application) as url,
                background_task(floors.run(), name="floors"),
            ):
                yield Stage(bus, redis, f"{url}/whip/talk")
                await whip.close()
    finally:
        await asyncio.to_thread(redis.stop)


async def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async with deadline():
        while text not in caplog.text:
            await asyncio.sleep(0.05)


async def test_a_speaker_stays_while_the_bus_is_down_and_what_is_said_is_handed_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        aiohttp.ClientSession() as http,
        publishing(http, stage.url, "stage-key", chirps()) as publication,
    ):
        before = await stage.frame()
        await asyncio.to_thread(stage.redis.kill)
        await until_logged(caplog, LOST)
        await asyncio.to_thread(stage.redis.start)
        after = await stage.frame()
        async with deadline():
            while not (kept := await stage.bus.retained(keys.floor_pcm("talk"), after.position, 1)):
                await asyncio.sleep(0.05)
        kept = await stage.bus.retained(keys.floor_pcm("talk"), before.position, 1_000)
        assert not publication.lost.is_set()
    steps = {b.position - a.position for a, b in itertools.pairwise(kept)}
    assert steps == {RETAINED_SAMPLES}, "all of the outage is there"
    assert kept[0].position <= before.position + RETAINED_SAMPLES
    assert all(message.payload.strip(b"\0") for message in kept)


async def test_a_speaker_leaves_when_another_process_has_the_floor(stage: Stage) -> None:
    async with (
        aiohttp.ClientSession() as http,
        publishing(http, stage.url, "stage-key", chirps()) as publication,
    ):
        await stage.frame()
        key = f"broadcaster:0:lease:{keys.floor_lease('talk')}"
        await asyncio.to_thread(stage.redis.command, "SET", key, "another", "PX", "600000")
        async with deadline():
            await publication.lost.wait()
