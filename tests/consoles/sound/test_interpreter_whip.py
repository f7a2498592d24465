"""Microphones of human interpreters, over real HTTP and WebRTC."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.desk.journal.journal import Journal
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, Kind, wall_position
from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Event
from tests.consoles.sound.microphone_site import WHIP, Booth, microphone_site, of_key
from tests.support.deadline import deadline
from tests.support.signaling import error, trickled
from tests.webrtc.support import VoiceTrack, client, voice, worst_match

pytestmark = pytest.mark.usefixtures("loopback")


@pytest_asyncio.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with open_bus(None, tmp_path) as bus, microphone_site(bus) as site:
        yield site


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
        record = await booth.bus.get(console_keys.on_air_record("talk", "es"))
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
        async with booth.http.post(booth.url + WHIP, data=offer, headers=of_key(key)) as reply:
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
