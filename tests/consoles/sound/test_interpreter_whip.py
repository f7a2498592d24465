"""Microphones of human interpreters, over real HTTP and WebRTC."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from aiortc import RTCPeerConnection

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.bus import open_bus
from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Interpreters
from broadcaster.consoles.sound.feeds import InterpreterFeeds
from broadcaster.consoles.sound.whip import InterpreterWhip
from broadcaster.desk.journal.journal import Journal
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind, wall_position
from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.web.access.authentication import authenticating
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.organizer import Organizer
from broadcaster.webrtc.ingest import IngestSettings
from tests.support.deadline import deadline
from tests.support.signaling import error, trickled
from tests.support.tasks import background_task
from tests.support.web import on_loopback
from tests.webrtc.support import (
    VoiceTrack,
    answered,
    client,
    refusals_as_json,
    voice,
    worst_match,
)

pytestmark = pytest.mark.usefixtures("loopback")
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
        async with self.http.post(self.url + WHIP + query, data=offer, headers=_of(key)) as reply:
            text = await reply.text()
            assert reply.status == 201, text
            await answered(connection, text)
            return self.url + reply.headers["Location"]

    async def put(self, on_air: OnAir) -> None:
        """Write the record."""
        await self.bus.put(keys.on_air_record("talk", "es"), on_air.to_json())

    async def refused(self, key: str, path: str = WHIP) -> tuple[int, str]:
        """POST something; returns the refusal."""
        async with self.http.post(self.url + path, data="v=0", headers=_of(key)) as reply:
            return await error(reply)


def _of(key: str) -> dict[str, str]:
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


@pytest_asyncio.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
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
        bus = await stack.enter_async_context(open_bus(None, tmp_path))
        await bus.put(keys.event_record("talk"), event.to_json())
        registry = TokenRegistry(bus, clock)
        organizer = Organizer("admin", registry)
        feeds = InterpreterFeeds(bus, clock, registry)
        interpreters = Interpreters(organizer, registry, bus)
        commands = ConsoleCommands(interpreters, bus, clock, Journal(bus, clock).note)
        whip = InterpreterWhip(interpreters, feeds, IngestSettings(), registry, commands)
        authenticate = authenticating(
            registry, bus, organizer.is_servers_own, ChangeLimit(clock), lambda _: None
        )
        app = web.Application(middlewares=[refusals_as_json, authenticate])
        app.add_routes(whip.routes())
        for run in (registry.run(), feeds.run()):
            await stack.enter_async_context(background_task(run, name="endpoint of the test"))
        heard, full_band = [
            await stack.enter_async_context(hearing(bus, topic("talk", "es")))
            for topic in (keys.interpreter_pcm, keys.interpreter_full_band)
        ]
        url = await stack.enter_async_context(on_loopback(app))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        stack.push_async_callback(whip.close)
        yield Booth(url, http, bus, whip, heard, full_band, registry)


async def test_a_microphone_is_heard_on_the_events_clock_while_it_is_on_air(booth: Booth) -> None:
    ana, key = await booth.token("Ana")
    async with client() as microphone:
        address = await booth.publish(microphone, key)
        assert not booth.heard.frames, "nobody is on air"
        await booth.put(OnAir(ana.id, "Ana"))
        await booth.heard.loud(2)
        first, last = booth.heard.frames[0], booth.heard.frames[-1]
        live_at_ms = Event.from_json(
            (await booth.bus.get(keys.event_record("talk"))).value  # type: ignore[union-attr]
        ).live_at_ms
        assert live_at_ms is not None
        now = wall_position(live_at_ms, SystemClock().now_ms())
        assert abs(now - last.position) < 10 * CLOCK_HZ
        assert first.position % 4_800 == 0, "the first word does not begin inside a block"
        positions = [frame.position for frame in booth.heard.frames]
        assert positions == list(range(positions[0], positions[0] + 480 * len(positions), 480))
        await booth.put(OnAir(ana.id, "Ana", muted=True))
        await booth.heard.silent(0.5)
        await booth.put(OnAir(ana.id, "Ana"))
        await booth.heard.loud(0.5)
        async with booth.http.delete(address) as reply:
            assert reply.status == 200
    begun = next(number for number, one in enumerate(booth.heard.frames) if any(one.payload))
    sound = booth.heard.samples[begun * 480 :][: 2 * CLOCK_HZ]
    assert worst_match(sound, voice(30)[::2]) >= 0.9


async def test_listeners_get_the_full_band_on_the_same_clock(booth: Booth) -> None:
    ana, key = await booth.token("Ana")
    await booth.put(OnAir(ana.id, "Ana"))
    async with client() as microphone:
        await booth.publish(microphone, key)
        await booth.heard.loud(2)
        await booth.put(OnAir(ana.id, "Ana", muted=True))
        await booth.full_band.silent(0.5)
    frames = booth.full_band.frames
    assert {frame.kind for frame in frames} == {Kind.FULL_BAND_PCM}
    assert {len(frame.payload) for frame in frames} == {1_920}
    positions = [frame.position for frame in frames]
    assert positions == list(range(positions[0], positions[0] + 480 * len(positions), 480))
    assert positions[0] == booth.heard.frames[0].position
    begun = next(number for number, one in enumerate(frames) if any(one.payload))
    sound = booth.full_band.samples[begun * 960 :][: 2 * 48_000]
    assert worst_match(sound, voice(30), 48_000) >= 0.9


async def test_the_partner_who_takes_the_channel_is_heard_instead(booth: Booth) -> None:
    ana, anas_key = await booth.token("Ana")
    ben, bens_key = await booth.token("Ben")
    async with client() as anas, client(VoiceTrack(voice(30)[::-1].copy())) as bens:
        await booth.publish(anas, anas_key)
        await booth.publish(bens, bens_key)
        await booth.put(OnAir(ana.id, "Ana"))
        await booth.heard.loud(0.5)
        await booth.put(OnAir(ben.id, "Ben"))
        await booth.heard.loud(0.5)
        booth.heard.frames.clear()
        await booth.heard.loud(2)
        sound = booth.heard.samples
        assert worst_match(sound[: 2 * CLOCK_HZ], voice(30)[::-1][::2]) >= 0.9
        await booth.put(OnAir())
        await asyncio.sleep(0.1)
        booth.heard.frames.clear()
        await asyncio.sleep(0.3)
        assert not booth.heard.frames, "the AI has the channel"


async def test_hardware_takes_the_channel_as_it_connects(booth: Booth) -> None:
    ana, key = await booth.token("Ana")
    async with client() as microphone:
        await booth.publish(microphone, key, "?on_air=1")
        await booth.heard.loud(0.5)
        record = await booth.bus.get(keys.on_air_record("talk", "es"))
        assert record is not None
        on_air = OnAir.from_json(record.value)
        assert (on_air.interpreter, on_air.name) == (ana.id, "Ana")
        [entry] = (await Journal(booth.bus, SystemClock()).read("talk")).entries
        assert (entry.what, entry.actor) == ("channel_taken", "Ana")


async def test_a_second_microphone_takes_the_place_of_the_first(booth: Booth) -> None:
    ana, key = await booth.token("Ana")
    await booth.put(OnAir(ana.id, "Ana"))
    async with client() as laptop, client(VoiceTrack(voice(30)[::-1].copy())) as hardware:
        await booth.publish(laptop, key)
        await booth.heard.loud(0.5)
        await booth.publish(hardware, key)
        await booth.heard.loud(1)
        booth.heard.frames.clear()
        await booth.heard.loud(2)
        assert worst_match(booth.heard.samples[: 2 * CLOCK_HZ], voice(30)[::-1][::2]) >= 0.9


async def test_a_revoked_link_is_off_the_air(booth: Booth) -> None:
    ana, key = await booth.token("Ana")
    async with client() as microphone:
        await booth.publish(microphone, key, "?on_air=1")
        await booth.heard.loud(0.5)
        revoked = replace(ana, revoked_at_ms=1)
        await booth.bus.put(keys.token_record(ana.id), revoked.to_json())
        async with deadline():
            while booth.whip.session_count:
                await asyncio.sleep(0.02)


async def test_nobody_else_may_publish(booth: Booth) -> None:
    _, french = await booth.token("Fay", "fr")
    assert await booth.refused("wrong") == (401, "wrong_interpreter_link")
    assert await booth.refused(french) == (403, "other_channel")
    assert await booth.refused(french, "/whip/talk/de") == (403, "other_channel")
    _, key = await booth.token("Ana")
    assert await booth.refused(key) == (422, "no_opus_audio")
    assert booth.whip.session_count == 0


async def test_candidates_may_come_later_and_the_address_is_a_secret(booth: Booth) -> None:
    _, key = await booth.token("Ana")
    async with client() as microphone:
        offer, fragment = trickled(microphone.localDescription.sdp)
        async with booth.http.post(booth.url + WHIP, data=offer, headers=_of(key)) as reply:
            assert reply.status == 201
            address, etag = booth.url + reply.headers["Location"], reply.headers["ETag"]
        headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag}
        async with booth.http.patch(address, data=fragment, headers=headers) as reply:
            assert reply.status == 204
        async with booth.http.patch(address + "x", data=fragment, headers=headers) as reply:
            assert await error(reply) == (404, "unknown_session")
        async with booth.http.options(address) as reply:
            assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]
    async with booth.http.options(booth.url + WHIP) as reply:
        assert reply.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"


async def test_a_speakers_session_is_not_taken_for_a_language(booth: Booth) -> None:
    async with booth.http.post(f"{booth.url}/whip/talk/abcdefgh-abcdefg-abcdefg") as reply:
        assert reply.status == 404
    async with booth.http.post(f"{booth.url}/whip/talk/zh-Hant-TW") as reply:
        assert await error(reply) == (401, "wrong_interpreter_link")
