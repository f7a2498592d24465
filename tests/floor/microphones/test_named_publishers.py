"""Named microphones by real WHIP: they join each other, and the speaker's link does not."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.errors import ServerRefused
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.status import FloorStatus, statuses
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.publisher import publishing
from broadcaster.webrtc.ingest import IngestSettings
from tests.floor.chirps import chirps
from tests.support.deadline import deadline
from tests.support.tasks import background_task
from tests.support.web import on_loopback

EVENT = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")


class Hall:
    """The speakers' address, and the links of its microphones."""

    def __init__(self, url: str, bus: EmbeddedBus, registry: TokenRegistry) -> None:
        self.url = url
        self.bus = bus
        self._registry = registry

    async def link(self, name: str, channel: str = FLOOR) -> str:
        """The key of a new stage token."""
        scopes = (Scope("event", "talk", channel),)
        made, text = with_secret(Token("", name, AccessRole.STAGE, scopes, "", 0, "desk"))
        self._registry.learn(made, await self.bus.put(keys.token_record(made.id), made.to_json()))
        return text

    async def names(self, *wanted: str) -> FloorStatus:
        """The next status with these microphones, all of them connected."""
        async with deadline(), self.bus.subscribe(keys.status("talk")) as messages:
            async for status in statuses(messages):
                if isinstance(status, FloorStatus):
                    found = [one.name for one in status.microphones if one.connected]
                    if found == list(wanted):
                        return status
        raise AssertionError


@pytest_asyncio.fixture
async def hall() -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        registry = TokenRegistry(bus, SystemClock())
        floors = Floors(bus, SystemClock(), OPUS_FRAME_SAMPLES)
        settings = IngestSettings(loopback=True)
        whip = WhipEndpoint(floors.find_event, floors, settings, registry)
        url = await stack.enter_async_context(on_loopback(create_application(bus, whip.routes())))
        await stack.enter_async_context(background_task(floors.run(), name="floors"))
        stack.push_async_callback(whip.close)
        live = EVENT.moved_to(EventState.LIVE, SystemClock().now_ms())
        await bus.put(keys.event_record("talk"), live.to_json())
        yield Hall(f"{url}/whip/talk", bus, registry)


async def test_microphones_join_and_the_speakers_link_does_not(hall: Hall) -> None:
    chair, other = await hall.link("Chair"), await hall.link("Panel 2")
    plain = await hall.link("Rack", channel="")
    async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:

        async def refused(key: str, words: str) -> None:
            with pytest.raises(ServerRefused, match=words) as found:
                async with publishing(http, hall.url, key, chirps()):
                    pass
            assert found.value.error == "floor_taken"

        await stack.enter_async_context(publishing(http, hall.url, chair, chirps()))
        await hall.names("Chair")
        async with publishing(http, hall.url, other, chirps()) as second:
            status = await hall.names("Chair", "Panel 2")
            assert status.publisher
            await refused(chair, "in use already")
            await refused("stage-key", "already speaking")
            await refused(plain, "already speaking")
            async with publishing(http, f"{hall.url}?takeover=1", other, chirps()):
                async with deadline():
                    await second.lost.wait()
                await hall.names("Chair", "Panel 2")
        await hall.names("Chair")
        async with publishing(http, f"{hall.url}?takeover=1", "stage-key", chirps()):
            await hall.names()
            await refused(chair, "already speaking")
