"""The last minute of live floors is left to the next process on the data folder."""

from dataclasses import replace
from pathlib import Path

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.floor.last_minute import leave_live_floors
from broadcaster.floor.output import FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, RETAINED_SAMPLES
from broadcaster.model.event import Channel, Event, EventState
from tests.support.clock import FakeClock

EVENT = Event("live", "A talk", EventState.LIVE, (Channel("es"),), "key")


def bus(folder: Path, clock: FakeClock) -> EmbeddedBus:
    return EmbeddedBus(None, clock=clock, kept=RetainedFiles(folder, clock))


async def test_only_the_floors_of_live_events_are_left(tmp_path: Path) -> None:
    clock = FakeClock(1_700_000_000.0)
    async with bus(tmp_path, clock) as first:
        for state in (EventState.LIVE, EventState.PAUSED, EventState.CLOSED):
            event = replace(EVENT, id=str(state), state=state)
            await first.put(keys.event_record(event.id), event.to_json())
            output = FloorOutput(first, event.id, OPUS_FRAME_SAMPLES)
            output.push_floor_pcm(0, bytes(2 * RETAINED_SAMPLES), bytes(4 * RETAINED_SAMPLES))
        await first.put(keys.event_record("broken"), b"{")
        await leave_live_floors(first)
    async with bus(tmp_path, clock) as second:
        assert len(await second.retained(keys.floor_pcm("live"), 0)) == 1
        assert await second.retained(keys.floor_pcm("paused"), 0) == []
        assert await second.retained(keys.floor_pcm("closed"), 0) == []


async def test_the_last_samples_are_kept_too(tmp_path: Path) -> None:
    async with bus(tmp_path, FakeClock(1_700_000_000.0)) as used:
        output = FloorOutput(used, "live", OPUS_FRAME_SAMPLES)
        pcm = bytes(2 * RETAINED_SAMPLES) + b"\1\0" * 100
        output.push_floor_pcm(0, pcm, 2 * pcm)
        output.retain_rest()
        whole, rest = await used.retained(keys.floor_pcm("live"), 0)
        assert (rest.position, rest.payload) == (RETAINED_SAMPLES, b"\1\0" * 100)
        assert whole.position == 0
