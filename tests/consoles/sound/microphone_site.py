"""The WHIP address of interpreters' microphones over a bus of the test, and what it publishes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import numpy as np
from aiohttp import web
from aiortc import RTCPeerConnection

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Interpreters
from broadcaster.consoles.sound.feeds import InterpreterFeeds
from broadcaster.consoles.sound.whip import InterpreterWhip
from broadcaster.desk.journal.journal import Journal
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame
from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.web.access.authentication import authenticating
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.organizer import Organizer
from broadcaster.webrtc.ingest import IngestSettings
from tests.support.deadline import deadline
from tests.support.signaling import error
from tests.support.tasks import background_task
from tests.support.web import on_loopback
from tests.webrtc.support import answered, refusals_as_json

WHIP = "/whip/talk/es"


@dataclass
class Heard:
    """The frames that a channel's topic carried."""

    frames: list[AudioFrame] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def samples(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        return np.frombuffer(b"".join(frame.payload for frame in self.frames), "<i2")

    async def loud(self, seconds: float) -> None:
        """Wait for this much sound that is not silence, from now on."""
        before = len(self.frames)
        async with deadline():
            while sum(any(one.payload) for one in self.frames[before:]) < seconds * 50:
                await asyncio.sleep(0.02)

    async def silent(self, seconds: float) -> None:
        """Wait for frames of silence alone, from now on."""
        async with deadline():
            while (newest := self.frames[-round(seconds * 50) :]) and any(
                any(one.payload) for one in newest
            ):
                await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Booth:
    """An endpoint, its bus, and the sound of one channel."""

    url: str
    http: aiohttp.ClientSession
    bus: Bus
    whip: InterpreterWhip
    heard: Heard
    full_band: Heard
    registry: TokenRegistry

    async def token(self, name: str, channel: str = "es") -> tuple[Token, str]:
        """A new interpreter's token, and its text."""
        scope = (Scope("event", "talk", channel),)
        made, text = with_secret(Token("", name, AccessRole.INTERPRETER, scope, "", 0, "desk"))
        version = await self.bus.put(keys.token_record(made.id), made.to_json(), 0)
        self.registry.learn(made, version)
        return made, text

    async def publish(self, connection: RTCPeerConnection, key: str, query: str = "") -> str:
        """POST an offer; returns the address of the session."""
        offer = connection.localDescription.sdp
        async with self.http.post(
            self.url + WHIP + query, data=offer, headers=of_key(key)
        ) as reply:
            text = await reply.text()
            assert reply.status == 201, text
            await answered(connection, text)
            return self.url + reply.headers["Location"]

    async def put(self, on_air: OnAir) -> None:
        """Write the record."""
        await self.bus.put(console_keys.on_air_record("talk", "es"), on_air.to_json())

    async def refused(self, key: str, path: str = WHIP) -> tuple[int, str]:
        """POST something; returns the refusal."""
        async with self.http.post(self.url + path, data="v=0", headers=of_key(key)) as reply:
            return await error(reply)


def of_key(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}


@asynccontextmanager
async def hearing(bus: Bus, topic: str) -> AsyncIterator[Heard]:
    heard = Heard()
    async with bus.subscribe(topic, depth=10_000) as messages:

        async def read() -> None:
            async for message in messages:
                heard.frames.append(AudioFrame.from_bytes(message.payload))

        async with background_task(read(), name="topic of the test"):
            yield heard


@asynccontextmanager
async def microphone_site(bus: Bus) -> AsyncIterator[Booth]:
    """The address inside the context, for a live event that is made if the bus has none."""
    clock = SystemClock()
    event = Event(
        "talk",
        "A talk",
        EventState.LIVE,
        (Channel("es"), Channel("fr")),
        "key",
        live_at_ms=clock.now_ms(),
    )
    async with AsyncExitStack() as stack:
        if await bus.get(keys.event_record("talk")) is None:
            await bus.put(keys.event_record("talk"), event.to_json())
        registry = TokenRegistry(bus, clock)
        organizer = Organizer("admin", registry)
        feeds = InterpreterFeeds(bus, clock, registry)
        interpreters = Interpreters(organizer, registry, bus)
        commands = ConsoleCommands(interpreters, bus, clock, Journal(bus, clock).note)
        whip = InterpreterWhip(interpreters, feeds, IngestSettings(), registry, commands, bus)
        authenticate = authenticating(
            registry, bus, organizer.is_servers_own, ChangeLimit(clock), lambda _: None
        )
        app = web.Application(middlewares=[refusals_as_json, authenticate])
        app.add_routes(whip.routes())
        for run in (registry.run(), feeds.run()):
            await stack.enter_async_context(background_task(run, name="endpoint of the test"))
        heard, full_band = [
            await stack.enter_async_context(hearing(bus, topic("talk", "es")))
            for topic in (console_keys.interpreter_pcm, console_keys.interpreter_full_band)
        ]
        url = await stack.enter_async_context(on_loopback(app))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        stack.push_async_callback(whip.close)
        yield Booth(url, http, bus, whip, heard, full_band, registry)
