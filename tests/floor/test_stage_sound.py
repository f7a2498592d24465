"""The stage page asks how its sound arrives, wherever the floor is."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import asdict

import aiohttp
import pytest
import pytest_asyncio
from pytest_aiohttp import AiohttpClient

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor import stage_sound
from broadcaster.floor.heard_sound import HeardSound
from broadcaster.floor.stage_sound import StageSoundRoutes
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES
from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles.records import ask_to_slow_down
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    status_to_json,
)
from broadcaster.web.application import create_application
from tests.support.tasks import background_task

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "stage-key")
KEY = {"Authorization": "Bearer stage-key"}
FAILED = BoothStatus("es", BoothState.FAILED, "the key was refused")
REPORT = FloorStatus(
    publisher=True,
    level_dbfs=-21.5,
    error="one_channel_silent",
    reason="The right channel is silent: check its cable. Only the left one is heard.",
    stereo_taken="left",
    stereo_faulty="right",
)


async def find_event(event_id: str, /) -> Event | None:
    return EVENT if event_id == EVENT.id else None


@pytest.fixture
async def bus() -> AsyncIterator[EmbeddedBus]:
    async with EmbeddedBus(None) as bus:
        yield bus


@pytest_asyncio.fixture
async def http(bus: EmbeddedBus, aiohttp_client: AiohttpClient) -> aiohttp.ClientSession:
    routes = StageSoundRoutes(find_event, bus, SystemClock()).routes()
    client = await aiohttp_client(create_application(bus, routes))
    client.session._base_url = client.make_url("/")
    return client.session


async def test_the_next_report_is_told_in_the_speakers_words(
    bus: EmbeddedBus, http: aiohttp.ClientSession
) -> None:
    async def report() -> None:
        while True:
            bus.publish(keys.status("talk"), status_to_json(EdgeStatus("edge")))
            bus.publish(keys.status("talk"), status_to_json(FAILED))
            bus.publish(keys.status("talk"), status_to_json(REPORT))
            await asyncio.sleep(0.01)

    async with background_task(report(), name="floor of the test"):
        async with http.get("/stage/talk/sound", headers=KEY) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert await answer.json() == {
                "publisher": True,
                "level_dbfs": -21.5,
                "silent_ms": 0,
                "error": "one_channel_silent",
                "reason": "Your right channel is silent. Check its plug and cable. You are heard.",
                "stereo_taken": "left",
                "stereo_faulty": "right",
                "microphone": asdict(REPORT.microphone) | {"faults": []},
                "booths_failing": ["es"],
                "slow_down": False,
            }


async def test_the_speaker_is_asked_to_slow_down(
    bus: EmbeddedBus, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_sound, "REPORT_WAIT_S", 0.05)
    now_ms = SystemClock().now_ms()
    for at_ms, is_shown in ((now_ms, True), (now_ms - 60_000, False)):
        await ask_to_slow_down(bus, "talk", "es", at_ms)
        async with http.get("/stage/talk/sound", headers=KEY) as answer:
            assert (await answer.json())["slow_down"] is is_shown


async def test_without_a_report_nobody_publishes(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_sound, "REPORT_WAIT_S", 0.05)
    async with http.get("/stage/talk/sound", headers=KEY) as answer:
        assert answer.status == 200
        body = await answer.json()
    assert (body["publisher"], body["error"], body["reason"]) == (False, "", "")


@pytest.mark.parametrize(
    ("path", "headers", "status", "error"),
    [
        ("/stage/talk/sound", {}, 401, "wrong_stage_key"),
        ("/stage/talk/sound", {"Authorization": "Bearer other"}, 401, "wrong_stage_key"),
        ("/stage/other/sound", KEY, 404, "unknown_event"),
    ],
)
async def test_others_are_refused(
    http: aiohttp.ClientSession, path: str, headers: dict[str, str], status: int, error: str
) -> None:
    async with http.get(path, headers=headers) as answer:
        assert answer.status == status
        assert (await answer.json())["error"] == error


async def test_the_speaker_hears_the_last_seconds(
    bus: EmbeddedBus, http: aiohttp.ClientSession
) -> None:
    kept = HeardSound(bus, SystemClock(), "talk")
    second = bytes(CLOCK_HZ * SAMPLE_BYTES)
    for number in range(7):
        kept.add(bytes([number, 0]) * CLOCK_HZ)
    async with background_task(kept.answer(), name="floor of the test"):
        async with http.get("/stage/talk/heard.wav", headers=KEY) as answer:
            assert (answer.status, answer.content_type) == (200, "audio/wav")
            file = await answer.read()
        with wave.open(io.BytesIO(file)) as sound:
            pcm = sound.readframes(sound.getnframes())
            assert (sound.getframerate(), len(pcm)) == (CLOCK_HZ, 5 * len(second))
        assert (pcm[0], pcm[-2]) == (2, 6)
        kept.forget()
        async with http.get("/stage/talk/heard.wav", headers=KEY) as answer:
            assert (answer.status, (await answer.json())["error"]) == (409, "nothing_heard")
    async with http.get("/stage/talk/heard.wav") as answer:
        assert answer.status == 401
