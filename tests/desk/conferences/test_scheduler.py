"""Events open and go live by themselves, on a clock of the test."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.conferences.scheduler import ACTOR, LATEST_MS, Scheduler, due_step
from broadcaster.desk.events import Events
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventAction, EventState
from broadcaster.model.ports import Bus
from broadcaster.stage_keys import StageKeyring
from tests.support.clock import FakeClock

START_S = 1_795_000_000
MINUTE_MS = 60_000
TALK = Event(
    "talk",
    "A talk",
    EventState.DRAFT,
    (Channel("es"),),
    "",
    code="K7F2QX",
    starts_at_ms=START_S * 1000,
    auto_open_minutes=10,
    auto_live=True,
)


@dataclass
class Desk:
    """A desk process: its scheduler, over the bus that all share."""

    bus: Bus
    clock: FakeClock
    events: Events
    speakers: set[str] = field(default_factory=set)
    known: list[Event] = field(default_factory=list)

    def scheduler(self) -> Scheduler:
        return Scheduler(
            self.bus,
            self.clock,
            self.events,
            lambda: self.known,
            lambda event: event.id in self.speakers,
        )

    async def put(self, event: Event) -> None:
        await self.bus.put(keys.event_record(event.id), event.to_json())
        await self.refresh()

    async def refresh(self) -> None:
        self.known = [one.event for one in await self.events.list()]

    async def state_after(self, seconds: float) -> EventState:
        """The state that the talk has after a look, some seconds from its planned start."""
        self.clock.seconds = START_S + seconds
        await self.scheduler().look()
        await self.refresh()
        return (await self.events.get("talk")).event.state

    async def log(self) -> list[tuple[str, str]]:
        """Actor and new state of each change."""
        record = await self.bus.get(keys.log_record("talk"))
        entries = json.loads(record.value)["entries"] if record is not None else []
        return [
            (one["actor"], one["values"]["after"])
            for one in entries
            if one["what"] == "state_changed"
        ]


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with EmbeddedBus(None) as bus:
        clock = FakeClock(START_S - 3600)
        yield Desk(bus, clock, Events(bus, clock, StageKeyring(["store key"])))


async def test_an_event_opens_before_its_start_and_goes_live_with_its_speaker(desk: Desk) -> None:
    await desk.put(TALK)
    assert await desk.state_after(-601) is EventState.DRAFT
    assert await desk.state_after(-600) is EventState.OPEN
    desk.speakers.add("talk")
    assert await desk.state_after(-1) is EventState.OPEN
    desk.speakers.clear()
    assert await desk.state_after(60) is EventState.OPEN
    desk.speakers.add("talk")
    assert await desk.state_after(61) is EventState.LIVE
    assert await desk.log() == [(ACTOR, "open"), (ACTOR, "live")]


async def test_two_desks_take_a_step_once(desk: Desk) -> None:
    await desk.put(TALK)
    desk.clock.seconds = START_S - 60
    await asyncio.gather(*(desk.scheduler().look() for _ in range(5)))
    assert await desk.log() == [(ACTOR, "open")]


async def test_what_people_did_is_left_alone(desk: Desk) -> None:
    desk.speakers.add("talk")
    for state in (EventState.PAUSED, EventState.CLOSED, EventState.ARCHIVED):
        await desk.put(replace(TALK, state=state))
        assert await desk.state_after(0) is state
    await desk.put(replace(TALK, state=EventState.OPEN, live_at_ms=5))  # reopened
    assert await desk.state_after(0) is EventState.OPEN


async def test_an_event_that_changed_a_moment_ago_is_looked_at_again(desk: Desk) -> None:
    await desk.put(TALK)
    moved = replace(TALK, starts_at_ms=(START_S + 7200) * 1000)
    await desk.bus.put(keys.event_record("talk"), moved.to_json())  # not known yet
    assert await desk.state_after(0) is EventState.DRAFT
    await desk.bus.erase(
        records=[keys.event_record("talk")], streams=keys.NOTHING, retained=keys.NOTHING
    )
    desk.known = [TALK]
    await desk.scheduler().look()
    assert await desk.events.list() == []


@pytest.mark.parametrize(
    ("change", "at_ms", "step"),
    [
        ({}, -10 * MINUTE_MS, EventAction.OPEN),
        ({}, -10 * MINUTE_MS - 1, None),
        ({"auto_open_minutes": None}, 0, None),
        ({"auto_open_minutes": 0}, -1, None),
        ({"auto_open_minutes": 0}, 0, EventAction.OPEN),
        ({}, LATEST_MS - 1, EventAction.OPEN),
        ({}, LATEST_MS, None),
        ({"ends_at_ms": START_S * 1000 + MINUTE_MS}, MINUTE_MS - 1, EventAction.OPEN),
        ({"ends_at_ms": START_S * 1000 + MINUTE_MS}, MINUTE_MS, None),
        ({"starts_at_ms": None}, 0, None),
        ({"state": EventState.OPEN}, 0, EventAction.LIVE),
        ({"state": EventState.OPEN}, -1, None),
        ({"state": EventState.OPEN, "auto_live": False}, 0, None),
        ({"state": EventState.OPEN, "live_at_ms": 5}, 0, None),
        ({"state": EventState.LIVE}, 0, None),
    ],
)
def test_when_a_step_is_due(change: dict[str, Any], at_ms: int, step: EventAction | None) -> None:
    assert due_step(replace(TALK, **change), START_S * 1000 + at_ms) is step
