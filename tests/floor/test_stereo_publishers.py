"""Real publishers with a faulty cable: Opus stereo over WHIP, to the floor and its report."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from pytest_aiohttp import AiohttpClient

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.status import FloorStatus, statuses
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.frames import PacedFrames
from broadcaster.webrtc.clients.publisher import publishing
from broadcaster.webrtc.ingest import IngestSettings
from tests.audio.stereo.wirings import WIRINGS, Input, dbfs, interleaved, passage
from tests.support.deadline import deadline
from tests.support.tasks import background_task

pytestmark = pytest.mark.usefixtures("loopback")
EVENT = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")
LIVE = EVENT.moved_to(EventState.LIVE, SystemClock().now_ms())
ROUND_S = 3
TALK, OTHER = passage(2, ROUND_S), passage(57, ROUND_S)


class Stage:
    """A floor behind its WHIP endpoint."""

    def __init__(self, bus: EmbeddedBus, http: aiohttp.ClientSession, url: str) -> None:
        self._bus = bus
        self._http = http
        self._url = url

    @asynccontextmanager
    async def hearing(self, wiring: str) -> AsyncIterator[Input]:
        """Publish the same seconds of a talk again and again."""
        given = WIRINGS[wiring](TALK, OTHER, -22)
        rounds = itertools.repeat(interleaved(given.left, given.right))
        frames = PacedFrames(rounds, channels=2)
        async with publishing(self._http, self._url, "stage-key", frames):
            yield given

    async def report(self, error: str, taken: str) -> FloorStatus:
        """Wait for a report with this error."""
        async with self._bus.subscribe(keys.status("talk")) as messages, deadline():
            async for status in statuses(messages):
                if not isinstance(status, FloorStatus) or not status.publisher:
                    continue
                if (status.error, status.stereo_taken) == (error, taken):
                    return status
        raise AssertionError

    async def level_dbfs(self) -> float:
        """The level of the next round of the talk on the floor."""
        pcm: list[bytes] = []
        async with self._bus.subscribe(keys.floor_pcm("talk")) as messages, deadline():
            async for message in messages:
                pcm.append(AudioFrame.from_bytes(message.payload).payload)
                if len(pcm) == ROUND_S * 50:
                    break
        return dbfs(np.frombuffer(b"".join(pcm), "<i2").astype(np.float64))

    async def choose(self, choice: StereoInput) -> None:
        """Change the event's record as the desk does."""
        event = replace(LIVE, stereo_input=choice)
        await self._bus.put(keys.event_record("talk"), event.to_json())


@pytest_asyncio.fixture
async def stage(aiohttp_client: AiohttpClient) -> AsyncIterator[Stage]:
    async with EmbeddedBus(None) as bus:
        floors = Floors(bus, SystemClock(), OPUS_FRAME_SAMPLES)
        whip = WhipEndpoint(floors.find_event, floors, IngestSettings(loopback=True))
        client = await aiohttp_client(create_application(bus, whip.routes()))
        async with background_task(floors.run(), name="floors"):
            stage = Stage(bus, client.session, str(client.make_url("/whip/talk")))
            await stage.choose(StereoInput.AUTO)
            yield stage
        await whip.close()


@pytest.mark.parametrize(
    "wiring",
    ["mono twice", "inverted", "left only", "right only", "right hums", "two languages"],
)
async def test_the_speech_arrives_at_its_level_and_the_fault_is_reported(
    stage: Stage, wiring: str
) -> None:
    async with stage.hearing(wiring) as given:
        report = await stage.report(given.report.fault, given.report.taken)
        assert report.stereo_faulty == (given.report.faulty or "")
        assert bool(report.reason) is bool(given.report.fault)
        assert await stage.level_dbfs() == pytest.approx(dbfs(given.wanted), abs=1)


async def test_the_organizer_chooses_while_it_is_live(stage: Stage) -> None:
    async with stage.hearing("left only") as given:
        await stage.report("one_channel_silent", "left")
        full_dbfs = dbfs(given.wanted)
        await stage.choose(StereoInput.BOTH)
        await stage.report("one_channel_silent", "both")
        assert await stage.level_dbfs() == pytest.approx(full_dbfs - 6, abs=1)
        await stage.choose(StereoInput.RIGHT)
        status = await stage.report("one_channel_silent", "right")
        assert "choose automatic or left" in status.reason
        assert await stage.level_dbfs() < -55
        await stage.choose(StereoInput.AUTO)
        await stage.report("one_channel_silent", "left")
        assert await stage.level_dbfs() == pytest.approx(full_dbfs, abs=1)


async def test_a_choice_counts_for_the_next_speaker_too(stage: Stage) -> None:
    await stage.choose(StereoInput.RIGHT)
    for _ in range(2):
        async with stage.hearing("right only") as given:
            await stage.report("one_channel_silent", "right")
            assert await stage.level_dbfs() == pytest.approx(dbfs(given.wanted), abs=1)
