"""A booth's state and its status messages."""

import asyncio
from dataclasses import replace

import pytest

from broadcaster.booths.status_reporter import StatusReporter
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothState, BoothStatus, status_from_json
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus


def reporter(bus: Bus) -> StatusReporter:
    return StatusReporter(
        event="talk",
        channel="es",
        bus=bus,
        clock=LoopClock(),
        measure=lambda status: replace(status, sessions=7),
    )


async def test_the_status_is_published_once_a_second_and_with_each_change() -> None:
    async with VirtualTimeBus() as bus, bus.subscribe(keys.status("talk")) as messages:
        reports = reporter(bus)
        async with background_task(reports.run(), name="reporter of the test"):
            await asyncio.sleep(2.5)
            reports.move(BoothState.CONNECTING)
            reports.move(BoothState.RETRYING, "the server is busy")
        seen = [status_from_json((await anext(messages)).payload) for _ in range(5)]
    idle = BoothStatus("es", BoothState.IDLE, sessions=7)
    assert seen == [
        *[idle] * 3,
        replace(idle, state=BoothState.CONNECTING),
        replace(idle, state=BoothState.RETRYING, reason="the server is busy"),
    ]


async def test_a_state_is_only_entered_from_where_the_table_allows_it() -> None:
    async with VirtualTimeBus() as bus:
        with pytest.raises(AssertionError, match="idle → live"):
            reporter(bus).move(BoothState.LIVE)
