"""The desk's API shows the stages' reports about an event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.board import Board
from broadcaster.desk.events import Events
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.spending.spent import Account, Spent
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
    status_to_json,
)
from broadcaster.stage_keys import StageKeyring
from tests.support.deadline import deadline
from tests.support.tasks import background_task

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key", spend_cap_usd=2.0)


@asynccontextmanager
async def board(bus: EmbeddedBus) -> AsyncIterator[Board]:
    looking = Board(bus, SystemClock())
    async with background_task(looking.run(), name="board of the test"):
        await asyncio.sleep(0)
        yield looking


async def told(bus: EmbeddedBus, *reports: Status) -> dict[str, Any]:
    """Return the board's status after these reports."""
    async with board(bus) as looking:
        looking.snapshot(EVENT, {})
        await asyncio.sleep(0)
        for report in reports:
            bus.publish(keys.status("talk"), status_to_json(report))
        async with deadline():
            while len(looking._reports["talk"]) < len(reports):
                await asyncio.sleep(0)
        return looking.snapshot(
            EVENT, await Events(bus, SystemClock(), StageKeyring(["x"])).spent_usd("talk")
        )


async def test_cost_is_what_the_booths_wrote_down() -> None:
    async with EmbeddedBus(None) as bus:
        spent = Spent({"es": Account(1.0, 0.5), "floor": Account(0.0, 0.25)})
        await bus.put(keys.spent_record("talk"), spent.to_json())
        status = await told(bus, BoothStatus("es", BoothState.LIVE, cost_usd=0.5))
        assert (status["cost_usd"], status["spend_cap_usd"], status["held"]) == (1.75, 2.0, False)
        assert [one["cost_usd"] for one in status["channels"]] == [0.25, 1.5]
        spent = Spent({"es": Account(2.0, 0.0)})
        await bus.put(keys.spent_record("talk"), spent.to_json())
        assert (await told(bus))["held"]


async def test_the_source_booth_speaks_about_the_floor() -> None:
    async with EmbeddedBus(None) as bus:
        source = BoothStatus(
            "floor",
            BoothState.RETRYING,
            "the key was refused",
            interpreter="transcribe",
            floor_language="en",
        )
        status = await told(bus, source, FloorStatus(publisher=True))
        assert status["floor"]["language"] == "en"
        floor = status["channels"][0]
        assert (floor["state"], floor["reason"]) == ("live", "the key was refused")
        assert floor["interpreter"] == "transcribe"


async def test_listeners_of_all_variants_are_counted() -> None:
    async with EmbeddedBus(None) as bus:
        status = await told(
            bus,
            EdgeStatus("a", {"es": 1, "es+floor": 1, "es+fec": 1}, {"es": 1}),
            EdgeStatus("b", {"es+floor": 4, "es+floor+fec": 2, "floor+fec": 3}, {"es": 5}),
        )
        floor, spanish = status["channels"][:2]
        assert (spanish["listeners"], spanish["readers"]) == (9, 6)
        assert floor["listeners"] == 3
