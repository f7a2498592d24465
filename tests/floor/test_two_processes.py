"""A floor that two processes can have, over one Redis: a speaker's client reaches the other one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.errors import ServerRefused
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.publisher import Publication, publishing
from broadcaster.webrtc.ingest import IngestSettings
from tests.floor.chirps import chirps
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.tasks import background_task
from tests.support.web import on_loopback


@pytest_asyncio.fixture
async def stages(tmp_path: Path) -> AsyncIterator[tuple[RedisBus, str, str]]:
    """A bus, and the speakers' address at either process."""
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with AsyncExitStack() as stack:
            addresses = []
            buses = [await stack.enter_async_context(RedisBus(redis.url)) for _ in range(2)]
            for bus in buses:
                floors = Floors(bus, SystemClock(), OPUS_FRAME_SAMPLES)
                registry = TokenRegistry(bus, SystemClock())
                settings = IngestSettings(loopback=True)
                whip = WhipEndpoint(floors.find_event, floors, settings, registry)
                application = create_application(bus, whip.routes())
                url = await stack.enter_async_context(on_loopback(application))
                running = background_task(floors.run(), name="floors")
                await stack.enter_async_context(running)
                learning = background_task(registry.run(), name="tokens")
                await stack.enter_async_context(learning)
                stack.push_async_callback(whip.close)
                addresses.append(f"{url}/whip/talk")
            event = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")
            live = event.moved_to(EventState.LIVE, SystemClock().now_ms())
            await buses[0].put(keys.event_record("talk"), live.to_json())
            yield buses[0], addresses[0], addresses[1]
    finally:
        await asyncio.to_thread(redis.stop)


async def link(bus: RedisBus, name: str) -> str:
    """The key of a new microphone."""
    made, text = with_secret(
        Token("", name, AccessRole.STAGE, (Scope("event", "talk", FLOOR),), "", 0, "desk")
    )
    await bus.put(keys.token_record(made.id), made.to_json())
    return text


async def heard(bus: RedisBus, count: int = 30) -> list[int]:
    """Positions of the next frames of the floor that have sound."""
    positions: list[int] = []
    async with deadline(), bus.subscribe(keys.floor_pcm("talk")) as messages:
        async for message in messages:
            frame = AudioFrame.from_bytes(message.payload)
            if any(frame.payload):
                positions.append(frame.position)
            if len(positions) == count:
                break
    return positions


async def test_the_floor_goes_to_the_process_that_the_speaker_reaches(
    stages: tuple[RedisBus, str, str],
) -> None:
    bus, here, there = stages
    async with aiohttp.ClientSession() as http:
        async with publishing(http, here, "stage-key", chirps()) as first:
            before = await heard(bus)
            with pytest.raises(ServerRefused, match="another server process") as refused:
                async with publishing(http, there, "stage-key", chirps()):
                    pass
            assert refused.value.error == "floor_taken"
            assert not first.lost.is_set(), "a live speaker keeps the floor"

            async with publishing(http, f"{there}?takeover=1", "stage-key", chirps()):
                async with deadline():
                    await first.lost.wait()
                after = await heard(bus)
                assert after[0] > before[-1]
                assert len(after) == len(set(after)), "one process publishes"
                with pytest.raises(ServerRefused, match="another server process"):
                    async with publishing(http, here, "stage-key", chirps()):
                        pass
        # The floor is still held there, without a speaker.
        async with publishing(http, here, "stage-key", chirps()):
            again = await heard(bus)
    assert again[0] > after[-1]


async def test_a_microphone_that_reaches_another_process_is_told_what_to_do(
    stages: tuple[RedisBus, str, str],
) -> None:
    bus, here, there = stages
    chair, other = await link(bus, "Chair"), await link(bus, "Panel 2")
    async with aiohttp.ClientSession() as http:
        async with published(http, here, chair) as first:
            await heard(bus)
            for address in (there, f"{there}?takeover=1"):
                with pytest.raises(ServerRefused, match="microphones are mixed only in one") as no:
                    async with published(http, address, other):
                        pass
                assert no.value.error == "floor_taken"
                assert "/whip/EVENT" in no.value.hint
            assert not first.lost.is_set(), "the others stay on the floor"
        # The floor is still held there, without a microphone.
        async with published(http, there, other):
            assert await heard(bus)


@asynccontextmanager
async def published(
    http: aiohttp.ClientSession, address: str, key: str
) -> AsyncIterator[Publication]:
    """A publisher with a new key, which its process learns in a moment."""
    async with AsyncExitStack() as stack:
        one: Publication | None = None
        async with deadline():
            while one is None:
                try:
                    one = await stack.enter_async_context(publishing(http, address, key, chirps()))
                except ServerRefused as refused:
                    if refused.error != "wrong_stage_key":
                        raise
                    await asyncio.sleep(0.05)
        yield one
