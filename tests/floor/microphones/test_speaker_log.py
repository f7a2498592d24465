"""The record of the speakers, over an outage of the store and the death of a process."""

import asyncio

from broadcaster.errors import BusUnavailable
from broadcaster.floor.microphones.speaker_log import SpeakerLog
from broadcaster.model import keys
from broadcaster.model.inputs.speaker_turns import SpeakerTurn, SpeakerTurns
from broadcaster.model.ports import Record
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

CHAIR, PANEL = SpeakerTurn(1_000, "Chair"), SpeakerTurn(5_000, "Panel 2")


class FailingBus(VirtualTimeBus):
    """Its store can be down."""

    down = False

    async def get(self, record: str) -> Record | None:
        self._check()
        return await super().get(record)

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        self._check()
        return await super().put(record, value, expected_version)

    def _check(self) -> None:
        if self.down:
            raise BusUnavailable("it is down")


async def turns(bus: VirtualTimeBus) -> tuple[SpeakerTurn, ...]:
    record = await bus.get(keys.speakers_record("talk"))
    return () if record is None else SpeakerTurns.from_json(record.value).turns


async def test_what_is_noted_is_written_also_after_an_outage_and_by_the_next_process() -> None:
    async with FailingBus() as bus:
        first = SpeakerLog(bus, LoopClock(), "talk")
        async with background_task(first.run(), name="first"):
            first.note(0, "")
            first.note(1_000, "Chair")
            first.note(1_500, "Chair")
            await asyncio.sleep(1)
            assert await turns(bus) == (CHAIR,)
        second = SpeakerLog(bus, LoopClock(), "talk")
        bus.down = True
        async with background_task(second.run(), name="second"):
            second.note(5_000, "Panel 2")
            await asyncio.sleep(5)
            bus.down = False
            await asyncio.sleep(5)
            assert await turns(bus) == (CHAIR, PANEL)
            second.note(9_000, "")
            await asyncio.sleep(1)
            assert await turns(bus) == (CHAIR, PANEL, SpeakerTurn(9_000, ""))


async def test_an_event_without_names_has_no_record() -> None:
    async with VirtualTimeBus() as bus:
        one = SpeakerLog(bus, LoopClock(), "talk")
        async with background_task(one.run(), name="log"):
            one.note(0, "")
            await asyncio.sleep(1)
        assert await bus.get(keys.speakers_record("talk")) is None


async def test_a_record_that_cannot_be_read_is_begun_again() -> None:
    async with VirtualTimeBus() as bus:
        await bus.put(keys.speakers_record("talk"), b"?")
        one = SpeakerLog(bus, LoopClock(), "talk")
        async with background_task(one.run(), name="log"):
            one.note(1_000, "Chair")
            await asyncio.sleep(1)
            assert await turns(bus) == (CHAIR,)
