"""A server with a live event, its speaker and two interpreters, over a bus of the test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from broadcaster.app import build
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Role, Settings
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.status import BoothState, BoothStatus, status_to_json
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.publisher import publishing
from tests.floor.chirps import chirps
from tests.support.on_demand import served
from tests.support.processes import TOKEN
from tests.support.tasks import background_task

EVENT = {
    "id": "talk",
    "title": "Water for cities",
    "languages": ["fr", "pt"],
    "passcode": "Water-24",
    "glossary": [
        {"text": "sluice", "translations": {"fr": "écluse", "pt": "eclusa"}},
        {"text": "flood plain", "translations": {"fr": "plaine inondable"}},
        {"text": "catchment", "translations": {"fr": "bassin versant"}},
        {"text": "storm surge", "translations": {"fr": "onde de tempête"}},
    ],
    "do_not_translate": ["Deltares"],
}


@dataclass(slots=True)
class ChannelSite:
    """The server, as a test uses it.

    Attributes:
        url: its address.
        http: a client with the organizer's token.
        bus: has everything.
        links: of the interpreters, by name.
    """

    url: str
    http: aiohttp.ClientSession
    bus: EmbeddedBus
    links: dict[str, str] = field(default_factory=dict)
    said: int = 0

    async def say(self, text: str, channel: str = "floor", *, final: bool = True) -> None:
        """A caption of a channel."""
        self.said += 1
        at = self.said * 1_000
        caption = Caption(f"{channel}-{at}", channel, at, at + 900, text, final=final)
        await self.bus.append(keys.captions("talk", channel), caption.to_json())

    def report(self, on_air: str, name: str = "", reason: str = "") -> None:
        """The booth of the French channel says what listeners hear, and whose turn it is.

        With a reason its AI has failed.
        """
        state = BoothState.FAILED if reason else BoothState.LIVE
        status = BoothStatus("fr", state, reason, on_air=on_air, on_air_name=name)
        self.bus.publish(keys.status("talk"), status_to_json(status))

    async def invite(self, name: str, channel: str = "fr") -> str:
        """The link of a new interpreter."""
        body = {"name": name, "role": "interpreter", "channel": channel}
        async with self.http.post("/api/events/talk/tokens", json=body) as answer:
            assert answer.status == 201, await answer.text()
            made: dict[str, Any] = await answer.json()
        self.links[name] = made["link"]
        return str(made["link"])


@asynccontextmanager
async def channel_site(**settings: Any) -> AsyncIterator[ChannelSite]:
    """Serve floor, edge and desk inside the context."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        roles = frozenset({Role.FLOOR, Role.EDGE, Role.DESK})
        keyring = StageKeyring(["store key"])
        given = Settings.model_validate({"webrtc_port": 0, **settings})
        parts = build(given, roles, TOKEN, bus, http, keyring)
        for name, run in parts.run.items():
            await stack.enter_async_context(background_task(run(), name))
        application = create_application(bus, parts.routes, authenticate=parts.authenticate)
        url = await stack.enter_async_context(served(application))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        organizer = aiohttp.ClientSession(url, headers=headers)
        desk = await stack.enter_async_context(organizer)
        async with desk.post("/api/events", json=EVENT) as answer:
            assert answer.status == 201, await answer.text()
            key = (await answer.json())["stage_key"]
        async with desk.post("/api/events/talk/open"), desk.post("/api/events/talk/live") as live:
            assert live.status == 200, await live.text()
        speaker = publishing(http, f"{url}/whip/talk", key, chirps())
        await stack.enter_async_context(speaker)
        try:
            yield ChannelSite(url, desk, bus)
        finally:
            for close in parts.close:
                await close()
