"""A real publisher on the floor: what it says reaches the bus, in its place on the clock."""

import itertools
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from pytest_aiohttp import AiohttpClient

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.errors import ServerRefused
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, AudioFrame
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.status import EdgeStatus, status_to_json
from broadcaster.web.application import create_application
from broadcaster.webrtc.clients.publisher import publishing
from broadcaster.webrtc.ingest import IngestSettings
from tests.floor.chirps import chirps
from tests.support.deadline import deadline
from tests.support.tasks import background_task

EVENT = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "stage-key")


class Stage:
    """Floors behind their WHIP endpoint, and a client."""

    def __init__(self, bus: Bus, http: aiohttp.ClientSession, url: str) -> None:
        self.bus = bus
        self.http = http
        self.url = url

    async def put(self, event: Event) -> None:
        await self.bus.put(keys.event_record(event.id), event.to_json())

    async def status(self, **wanted: object) -> dict[str, object]:
        """The next floor status with these values."""
        async with self.bus.subscribe(keys.status("talk")) as messages:
            async with deadline():
                async for message in messages:
                    status: dict[str, object] = json.loads(message.payload)
                    if wanted.items() <= status.items():
                        return status
        raise AssertionError

    async def frames(self, count: int) -> list[AudioFrame]:
        """The next frames of the floor."""
        frames: list[AudioFrame] = []
        async with self.bus.subscribe(keys.floor_pcm("talk")) as messages:
            async with deadline():
                async for message in messages:
                    frames.append(AudioFrame.from_bytes(message.payload))
                    if len(frames) == count:
                        break
        return frames


@pytest_asyncio.fixture
async def stage(aiohttp_client: AiohttpClient) -> AsyncIterator[Stage]:
    async with EmbeddedBus(None) as bus:
        floors = Floors(bus, SystemClock(), OPUS_FRAME_SAMPLES)
        whip = WhipEndpoint(floors.find_event, floors, IngestSettings(loopback=True))
        client = await aiohttp_client(create_application(bus, whip.routes()))
        async with background_task(floors.run(), name="floors"):
            stage = Stage(bus, client.session, str(client.make_url("/whip/talk")))
            await stage.put(EVENT)
            yield stage
        await whip.close()


async def test_sound_check_then_live_then_gone_then_back(stage: Stage) -> None:
    async with publishing(stage.http, stage.url, "stage-key", chirps()):
        check = await stage.status(kind="floor", publisher=True, silent_ms=0)
        assert check["position"] == 0, "before the event is live its clock does not run"
        assert isinstance(check["level_dbfs"], float)
        live = EVENT.moved_to(EventState.LIVE, SystemClock().now_ms())
        await stage.put(live)
        frames = await stage.frames(50)
        assert all(b.position - a.position == 480 for a, b in itertools.pairwise(frames))
        assert any(frame.payload.strip(b"\0") for frame in frames)
        before = frames[-1].position
    gone = await stage.status(kind="floor", publisher=False)
    assert gone["publisher"] is False
    silent = await stage.frames(30)
    assert silent[-1].position > before, "the clock goes on without a speaker"
    assert not silent[-1].payload.strip(b"\0")
    async with publishing(stage.http, stage.url, "stage-key", chirps()):
        again = await stage.frames(100)
        assert again[0].position > silent[-1].position - 480
        assert any(frame.payload.strip(b"\0") for frame in again)
        steps = {b.position - a.position for a, b in itertools.pairwise(again)}
        assert all(step > 0 for step in steps)
    await stage.put(live.moved_to(EventState.CLOSED, 0))


@pytest.mark.parametrize("variant", ["floor+fec", "floor+low"])
async def test_a_variant_is_made_while_somebody_needs_it(stage: Stage, variant: str) -> None:
    plain, made = (keys.opus("talk", name) for name in ("floor", variant))
    await stage.put(EVENT.moved_to(EventState.LIVE, SystemClock().now_ms()))
    async with (
        publishing(stage.http, stage.url, "stage-key", chirps()),
        stage.bus.subscribe(plain, made) as messages,
        deadline(),
    ):
        await stage.frames(50)
        needs = status_to_json(EdgeStatus("edge", {variant: 1}))
        stage.bus.publish(keys.status("talk"), needs)
        frames: list[AudioFrame] = []
        positions: set[int] = set()
        async for message in messages:
            frame = AudioFrame.from_bytes(message.payload)
            if message.topic == plain:
                assert frame.payload[0] >> 3 >= 12, "not SILK alone: no FEC"
                positions.add(frame.position)
                if frames and frame.position - frames[-1].position > CLOCK_HZ:
                    break
            else:
                frames.append(frame)
    assert all(frame.payload[0] >> 3 < 12 for frame in frames)
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert {frame.position for frame in frames} < positions


async def test_one_speaker_at_a_time_unless_taken_over(stage: Stage) -> None:
    async with publishing(stage.http, stage.url, "stage-key", chirps()):
        await stage.status(kind="floor", publisher=True, silent_ms=0)
        with pytest.raises(ServerRefused) as refused:
            async with publishing(stage.http, stage.url, "stage-key", chirps()):
                pass
        assert refused.value.error == "floor_taken"
        async with publishing(stage.http, f"{stage.url}?takeover=1", "stage-key", chirps()):
            status = await stage.status(kind="floor", publisher=True)
            assert status["publisher"]


async def test_another_process_that_holds_the_floor_is_named(stage: Stage) -> None:
    async with stage.bus.lease(keys.floor_lease("talk")):
        with pytest.raises(ServerRefused) as refused:
            async with publishing(stage.http, stage.url, "stage-key", chirps()):
                pass
    assert refused.value.error == "floor_taken"
    assert "another server process" in refused.value.message


async def test_a_backup_takes_over_when_the_main_speaker_leaves(stage: Stage) -> None:
    await stage.put(EVENT.moved_to(EventState.LIVE, SystemClock().now_ms()))
    backup = f"{stage.url}?backup=1"
    async with publishing(stage.http, stage.url, "stage-key", chirps()):
        async with publishing(stage.http, backup, "stage-key", chirps()):
            ready = await stage.status(kind="floor", input="main", standby=True, silent_ms=0)
            assert ready["input_reason"] == ""
            with pytest.raises(ServerRefused, match="already stands by"):
                async with publishing(stage.http, backup, "stage-key", chirps()):
                    pass
            with pytest.raises(ServerRefused, match="already speaking"):
                async with publishing(stage.http, stage.url, "stage-key", chirps()):
                    pass
        alone = await stage.status(kind="floor", standby=False)
        assert alone["input"] == "main"
    async with publishing(stage.http, backup, "stage-key", chirps()):
        taken = await stage.status(kind="floor", input="backup", publisher=True, silent_ms=0)
        assert taken["input_reason"] == "gone"
        frames = await stage.frames(50)
        assert any(frame.payload.strip(b"\0") for frame in frames)
