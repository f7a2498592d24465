"""Watches all events in one process of all, and the installation in each process with a desk."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from broadcaster.desk.alarms.book import Alarm, AlarmFinding
from broadcaster.desk.alarms.installation import InstallationAlarms
from broadcaster.desk.alarms.watched import WatchedEvent, told
from broadcaster.desk.board import Board
from broadcaster.desk.journal.changes import Happening
from broadcaster.desk.journal.journal import SYSTEM, Journal
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import STATUS_INTERVAL_S
from broadcaster.system.tasks import first_of, in_turns

log = logging.getLogger("broadcaster.desk")

_JUDGED_AT_ONCE = 50
"""Events that are judged before other tasks run."""
_MOST_UNTOLD = 100
"""Happenings of one event that wait for the store; the oldest are dropped."""

OpenEvents = Callable[[], Iterable[tuple[Event, Mapping[str, float]]]]
"""The events to watch, each with its cost by channel: those that are not over, and some more."""
FindMore = Callable[[Event, int], Iterable[AlarmFinding]]
"""Takes an event and the Unix time; returns what else an alarm about the event can be about."""
ShowAlarms = Callable[[str, Sequence[Alarm]], None]
"""Takes the alarms of an event; of the installation if the id is empty."""


class AlarmWatch:
    """Raises and clears the alarms, and writes into the logs what it sees happen.

    Args:
        bus: has the alarms' records and the lease.
        clock: the time.
        board: has the status of events.
        journal: has the logs.
        installation: judges what all events share.
        open_events: returns the events to watch.
        show: told of each change of alarms that this process finds itself.
        find_more: finds what is not in the status of events.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        clock: Clock,
        board: Board,
        journal: Journal,
        installation: InstallationAlarms,
        open_events: OpenEvents,
        show: ShowAlarms,
        find_more: FindMore = lambda _event, _now_ms: (),
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._board = board
        self._journal = journal
        self._installation = installation
        self._open_events = open_events
        self._show = show
        self._find_more = find_more
        self._watched: dict[str, tuple[WatchedEvent, int]] = {}
        self._leads = False
        self._untold: dict[str, list[Happening]] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await first_of(
                self._watch_installation(), self._watch_with_lease(), name="desk: alarms"
            )

    async def _watch_installation(self) -> None:
        while True:
            now_ms = self._clock.now_ms()
            if changes := self._installation.judge(now_ms):
                self._show("", self._installation.book.active)
                for change in changes if self._leads else ():
                    what, values = told(change)
                    await self._journal.note(None, what, SYSTEM, values)
            await self._clock.sleep(STATUS_INTERVAL_S)

    async def _watch_with_lease(self) -> None:
        while True:
            async with self._bus.lease(keys.ALARMS_LEASE) as lease:
                self._watched.clear()
                self._untold.clear()
                self._leads = True
                try:
                    await first_of(
                        self._watch_events(), lease.lost(), name="desk: alarms of events"
                    )
                finally:
                    self._leads = False

    async def _watch_events(self) -> None:
        while True:
            open_ids = set()
            open_events = list(self._open_events())
            async for event, spent_usd in in_turns(open_events, _JUDGED_AT_ONCE):
                open_ids.add(event.id)
                try:
                    await self._look(event, spent_usd)
                except BusUnavailable as error:
                    log.debug("the alarms of %s are not stored: %s", event.id, error.message)
            for event_id in self._watched.keys() - open_ids:
                await self._end(event_id)
            await self._clock.sleep(STATUS_INTERVAL_S)

    async def _look(self, event: Event, spent_usd: Mapping[str, float]) -> None:
        """Judge one event, and tell what has changed.

        Raises:
            BusUnavailable: it is not stored yet; pages of this process are told all the same.
        """
        now_ms = self._clock.now_ms()
        if event.id not in self._watched:
            self._watched[event.id] = await self._load(event.id, now_ms)
        watched, version = self._watched[event.id]
        before = watched.book.active
        status = self._board.event_status(event, spent_usd)
        happened = watched.observe(status, now_ms, self._find_more(event, now_ms))
        if watched.book.active != before:
            self._show(event.id, watched.book.active)
        untold = (self._untold.get(event.id, []) + happened)[-_MOST_UNTOLD:]
        if not untold:
            return
        self._untold[event.id] = untold
        try:
            name = keys.alarms_record(event.id)
            version = await self._bus.put(name, watched.to_json(), version)
        except VersionConflict:  # another process watches it, and tells the same
            del self._watched[event.id], self._untold[event.id]
            return
        self._watched[event.id] = (watched, version)
        del self._untold[event.id]
        for what, values in untold:
            await self._journal.note(event.id, what, SYSTEM, values)

    async def _load(self, event_id: str, now_ms: int) -> tuple[WatchedEvent, int]:
        record = await self._bus.get(keys.alarms_record(event_id))
        if record is None:
            return WatchedEvent(now_ms), 0
        try:
            return WatchedEvent.from_json(record.value, now_ms), record.version
        except ValueError:
            log.exception("the alarms of %s cannot be read and are judged afresh", event_id)
            return WatchedEvent(now_ms), record.version

    async def _end(self, event_id: str) -> None:
        """Forget an event that nobody watches any more, and its alarms."""
        del self._watched[event_id]
        self._untold.pop(event_id, None)
        self._show(event_id, ())
        with suppress(BusUnavailable):
            if await self._bus.get(keys.alarms_record(event_id)) is not None:
                await self._bus.put(keys.alarms_record(event_id), WatchedEvent(0).to_json())
