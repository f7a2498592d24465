"""Which booths run: those somebody needs, of every live event, in one process each.

A booth runs while its event is live and somebody needs its channel: a listener or reader now or not
long ago, or the organizer who wants it always on. The source booth runs with any of them, because
they ask it what the floor speaks. At the spend cap they are held: they let the floor be heard.
"""

import asyncio
import logging

from broadcaster.booths.booth import Booth
from broadcaster.booths.source_booth import SourceBooth
from broadcaster.booths.staffing.costs import Spent
from broadcaster.booths.staffing.event_booths import Demand, Post, Roster
from broadcaster.booths.staffing.orders import Duty
from broadcaster.booths.text.spoken_language import prepare
from broadcaster.booths.workplace import Kit
from broadcaster.errors import BusUnavailable
from broadcaster.log import bound
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    status_to_json,
    statuses,
)
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

RESTART_S = 2.0
"""Pause before a booth that ended by an error of ours starts again."""
LINGER_S = 60.0
"""A booth goes on for this long after its last listener and reader."""
SAVE_EVERY_S = 5.0
"""How often what an event has spent is written down."""


class Crew:
    """Runs booths, each under its lease, so that several processes share the work.

    Args:
        bus: where events and their status come from.
        kit: what booths work with.
        clock: time.
        on_demand: run only the booths that somebody needs; else all of a live event.
        linger_s: see `Demand`.
    """

    def __init__(
        self,
        bus: Bus,
        kit: Kit,
        clock: Clock,
        *,
        on_demand: bool = False,
        linger_s: float = LINGER_S,
    ) -> None:
        self._bus = bus
        self._kit = kit
        self._clock = clock
        self._on_demand = on_demand
        self._linger_s = linger_s
        self._rosters: dict[str, Roster] = {}
        self._hearing: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Start and stop booths as they are needed, until cancelled."""
        await prepare()  # or the first listener would wait for it
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    await self._look(tasks)
                    await self._save()
                except BusUnavailable as away:
                    log.warning("cannot read the events: %s", away.message)
                for roster in self._rosters.values():
                    self._arrange(roster, tasks)
                    self._report(roster)
                await self._clock.sleep(STATUS_INTERVAL_S)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        """Read all events; those that went live enter, those that ended leave."""
        for name in await self._bus.records(keys.EVENT_RECORDS):
            record = await self._bus.get(name)
            if record is None:
                continue
            try:
                event = Event.from_json(record.value)
            except (ValueError, TypeError, KeyError):
                log.exception("%s cannot be read and is left out", name)
                continue
            if roster := self._rosters.get(event.id):
                roster.event = event
            elif event.state is EventState.LIVE:
                roster = Roster(event, Demand(self._linger_s), Spent(), self._clock.monotonic())
                await self._exchange(roster)
                self._rosters[event.id] = roster
                self._hearing[event.id] = tasks.create_task(
                    self._hear(roster, tasks), name=f"crew:{event.id}"
                )

    async def _save(self) -> None:
        """Write down what was spent; an event that is over is let go after its last booth."""
        for roster in list(self._rosters.values()):
            over = roster.event.state is EventState.CLOSED and not roster.booths
            if over or self._clock.monotonic() - roster.saved_at >= SAVE_EVERY_S:
                await self._exchange(roster)
            if over:
                del self._rosters[roster.event.id]
                self._hearing.pop(roster.event.id).cancel()

    async def _exchange(self, roster: Roster) -> None:
        """Learn from the record what was spent, and write there what it does not know."""
        name = keys.spent_record(roster.event.id)
        record = await self._bus.get(name)
        try:
            known = Spent.from_json(record.value) if record else Spent()
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and starts anew", name)
            known = Spent()
        roster.spent.merge(known)
        if roster.spent != known:
            await self._bus.put(name, roster.spent.to_json())
        roster.saved_at = self._clock.monotonic()

    async def _hear(self, roster: Roster, tasks: asyncio.TaskGroup) -> None:
        """Follow who listens and what booths cost; the first listener starts a booth at once."""
        topic = keys.status(roster.event.id)
        while True:
            try:
                async with self._bus.subscribe(topic) as messages:
                    async for status in statuses(messages):
                        match status:
                            case EdgeStatus() as edge:
                                roster.demand.hear(edge, self._clock.monotonic())
                                self._arrange(roster, tasks)
                            case BoothStatus() as booth:
                                roster.spent.hear(booth)
            except Exception:
                log.exception("the status of %s cannot be followed", roster.event.id)
            await self._clock.sleep(RESTART_S)

    def _arrange(self, roster: Roster, tasks: asyncio.TaskGroup) -> None:
        """Start the booths that are needed and end the others; they take their time."""
        roster.watch_budget()
        roster.booths = {key: post for key, post in roster.booths.items() if not post.task.done()}
        channels = roster.needed(self._clock.monotonic(), on_demand=self._on_demand)
        needed = {(one.language, one.interpreter): one for one in channels}
        for key in needed.keys() - roster.booths.keys():
            duty = Duty()
            name = f"booth:{roster.event.id}:{key[0]}"
            task = tasks.create_task(self._staff(roster.event, needed[key], duty), name=name)
            roster.booths[key] = Post(task, duty)
        for key, post in roster.booths.items():
            if key in needed:
                post.duty.hold(roster.held)
            elif post.duty.working:
                post.duty.end()
            else:
                post.task.cancel()

    def _report(self, roster: Roster) -> None:
        """Speak for the channels without a booth of their own: idle, or held by the cap."""
        if roster.event.state is not EventState.LIVE:
            return
        running = {language for language, _ in roster.booths}
        state = BoothState.FAILED if roster.held else BoothState.IDLE
        for channel in roster.event.channels:
            if channel.language not in running:
                status = BoothStatus(channel.language, state, roster.held)
                self._bus.publish(keys.status(roster.event.id), status_to_json(status))

    async def _staff(self, event: Event, channel: Channel, duty: Duty) -> None:
        """Run one booth whenever this process holds its lease, until its duty ends."""
        name = f"staff:{event.id}:{channel.language}"
        with bound(event=event.id, language=channel.language):
            while True:
                async with self._bus.lease(keys.booth_lease(event.id, channel.language)) as lease:
                    duty.working = True
                    try:
                        booth = self._booth(event, channel, duty)
                        await first_of(booth.run(), lease.lost(), name=name)
                    except Exception:
                        log.exception("booth ended by an error and starts again")
                    duty.working = False
                if duty.ended:
                    return
                await self._clock.sleep(RESTART_S)

    def _booth(self, event: Event, channel: Channel, duty: Duty) -> Booth | SourceBooth:
        if channel.language == FLOOR:
            return SourceBooth(event, self._kit, self._bus, self._clock, duty)
        return Booth(event, channel, self._kit, self._bus, self._clock, duty)
