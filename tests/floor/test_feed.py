"""One floor by a clock of the test: what it publishes while its speaker sends nothing."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import EventState
from broadcaster.webrtc.ingest import PeerState
from tests.bus.helpers import until
from tests.floor.stepped import STEP_S, Floor
from tests.support.tasks import background_task


@pytest_asyncio.fixture
async def floor() -> AsyncIterator[Floor]:
    async with EmbeddedBus(None) as bus:
        floor = Floor(bus)
        async with (
            background_task(floor.listen(bus), "listener"),
            background_task(floor.feed.run(), "feed"),
        ):
            await asyncio.sleep(0)
            yield floor


async def test_a_pause_passes_as_it_happens(floor: Floor) -> None:
    await floor.pass_time(1, speaking=True)
    for _ in range(5):
        floor.speaker.pauses = True
        most = await floor.pass_time(0.4, speaking=False)
        assert most <= 4, "silence comes in pieces of a few frames"
        floor.speaker.pauses = False
        floor.speaker.rtp_time += 19_200
        most = await floor.pass_time(0.4, speaking=True)
        assert most <= 10, "what is missing of the pause is short"
    assert [frame.position for frame in floor.frames] == [
        floor.frames[0].position + 480 * number for number in range(len(floor.frames))
    ]
    assert len(floor.frames) == pytest.approx(250, abs=2)
    fading = 5  # the sound before each pause fades out in its first frame
    assert sum(bool(frame.payload.strip(b"\0")) for frame in floor.frames) == 150 + fading


async def test_a_stall_of_the_network_puts_no_silence_into_words(floor: Floor) -> None:
    await floor.pass_time(1, speaking=True)
    assert await floor.pass_time(0.8, speaking=False) == 0
    for _ in range(40):
        floor.speaker.say()
    await floor.pass_time(0.2, speaking=True)
    assert len(floor.frames) == 100
    assert all(frame.payload.strip(b"\0") for frame in floor.frames)


@pytest.mark.parametrize("clock_runs", [True, False])
async def test_the_floor_carries_silence_while_its_speaker_is_muted(
    floor: Floor, *, clock_runs: bool
) -> None:
    await floor.pass_time(1, speaking=True)
    await floor.pass_time(8, speaking=False)
    assert floor.statuses[-1]["publisher"]
    assert floor.statuses[-1]["silent_ms"] == pytest.approx(6_500, abs=1_000)
    if clock_runs:
        floor.speaker.rtp_time += 8 * 48_000
    await floor.pass_time(1, speaking=True)
    steps = np.diff([frame.position for frame in floor.frames])
    assert set(steps) == {480}
    assert sum(bool(frame.payload.strip(b"\0")) for frame in floor.frames) == 100 + 1
    assert 8.9 <= len(floor.frames) * STEP_S <= 10.1


async def test_a_speaker_that_cannot_be_decoded_is_told_from_a_silent_one(floor: Floor) -> None:
    await floor.pass_time(2, speaking=False)
    assert (floor.statuses[-1]["error"], floor.statuses[-1]["reason"]) == ("", "")
    floor.speaker.state = PeerState.UNDECODABLE
    await floor.pass_time(2, speaking=False)
    now = floor.statuses[-1]
    assert (now["publisher"], now["error"]) == (True, "undecodable_audio")
    assert "none can be decoded" in str(now["reason"])


async def test_the_close_of_an_event_forgets_its_sound(floor: Floor) -> None:
    bus, topic = floor.feed._bus, keys.floor_pcm("talk")
    await floor.pass_time(1, speaking=True)
    assert await bus.retained(topic, 0)
    closed = floor.feed.event.moved_to(EventState.CLOSED, floor.clock.now_ms())
    for _ in range(10):
        floor.speaker.say()
    await bus.put(keys.event_record("talk"), closed.to_json())
    await until(lambda: floor.feed.ended)
    assert await bus.retained(topic, 0) == []
