"""Events and their status for all pages of the desk, with the number of each change.

A page that comes back gets what has changed since it left. One that reads slowly skips what is
outdated by then. So what a page costs does not depend on how many events there are, but on how many
change, and nothing is queued for it.
"""

import asyncio
import json
import logging
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from broadcaster.desk.alarms.book import Alarm
from broadcaster.desk.alarms.watched import WatchedEvent
from broadcaster.desk.answers import EventAnswers, conference_body
from broadcaster.desk.board import Board
from broadcaster.desk.events import Events, Stored
from broadcaster.desk.journal.entries import JournalRecord
from broadcaster.errors import DomainError
from broadcaster.model import keys
from broadcaster.model.check import check_keys
from broadcaster.model.check.report import CheckReport
from broadcaster.model.conference.conference import Conference
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.messages import ConsoleMessages
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.model.records.reading import readable_records
from broadcaster.system.tasks import in_turns

log = logging.getLogger("broadcaster.desk")

_LOG_ENTRIES = 3
"""Newest entries of a log that pages are told; a page that missed others asks for them."""
MEASURE_EVERY_S = 0.5
"""Stages report once a second, each at its own time: so a page shows a change within a second."""
_MEASURED_AT_ONCE = 20
"""Events that are measured before other tasks run: a conference has a thousand."""
_OF_EVENTS = (
    "event",
    "status",
    "log",
    "alarms",
    "check",
    "messages",
    "announcements",
    "screens",
    "outputs",
    "pulled",
)
"""Kinds of changes that end with their event."""
MOST_DELETED = 1_000
"""Deletions that are remembered; a page that missed more begins from scratch."""


@dataclass(frozen=True, slots=True)
class Change:
    """The newest state of one thing that pages show.

    Attributes:
        number: of the change; later changes have higher ones.
        kind: `event`, `deleted`, `status`, `store`, `log`, `alarms`, `check`, `messages`,
            `announcements`, `screens`, `outputs`, `pulled`, `conference` or `conference_deleted`.
        event: id of the event, or of the conference; empty for the store and for alarms of the
            installation.
        body: as JSON will have it; of an event without its links.
        stored: the event itself, if that is what changed.
    """

    number: int
    kind: str
    event: str
    body: Mapping[str, Any]
    stored: Stored | None = None


class DeskFeed:
    """Follows the events and what is measured of them.

    Args:
        bus: has the records.
        clock: the time.
        events: reads them.
        answers: shows them.
        board: knows what is measured.

    Attributes:
        id: of this feed; the numbers of another one mean something else.
        loaded: set when all events are known.
    """

    def __init__(
        self, bus: Bus, clock: Clock, events: Events, answers: EventAnswers, board: Board
    ) -> None:
        self.id = secrets.token_hex(4)
        self.loaded = asyncio.Event()
        self._bus = bus
        self._clock = clock
        self._events = events
        self._answers = answers
        self._board = board
        self._newest: dict[tuple[str, str], Change] = {}
        self._number = 0
        self._forgotten = 0
        self._spent: dict[str, dict[str, float]] = {}
        self._pages = 0
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Follow everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_events(), name="desk: events")
            tasks.create_task(self._follow_conferences(), name="desk: conferences")
            tasks.create_task(self._follow_spent(), name="desk: costs")
            tasks.create_task(self._measure_regularly(), name="desk: status")
            tasks.create_task(self._follow_logs(), name="desk: logs")
            tasks.create_task(self._follow_checks(), name="desk: sound checks")
            tasks.create_task(self._follow_consoles(), name="desk: interpreters")
            tasks.create_task(self._follow_alarms(), name="desk: alarms of others")

    def page_came(self) -> None:
        """Count a page that follows the changes; with one, what is measured is collected."""
        self._pages += 1

    def page_left(self) -> None:
        """Stop counting a page that has left."""
        self._pages -= 1

    def conference(self, conference_id: str) -> Change | None:
        """The newest state of a conference, if it exists."""
        return self._newest.get(("conference", conference_id))

    def open_events(self, also: Collection[str] = ()) -> list[tuple[Event, Mapping[str, float]]]:
        """The events that are not over, and `also` some that may be, with their cost by channel."""
        return [
            (event, self._spent.get(event.id, {}))
            for event in self.events()
            if not event.is_over or event.id in also
        ]

    def events(self) -> list[Event]:
        """All events."""
        return [one.stored.event for one in self._newest.values() if one.stored is not None]

    def show_alarms(self, event_id: str, alarms: Sequence[Alarm]) -> None:
        """Tell pages the alarms of an event; of the installation if the id is empty."""
        if alarms or ("alarms", event_id) in self._newest:
            self._change("alarms", event_id, {"alarms": [asdict(alarm) for alarm in alarms]})

    def show(self, kind: str, event_id: str, body: Mapping[str, Any]) -> None:
        """Tell pages something of an event that they know; a part of the desk has found it."""
        if ("event", event_id) in self._newest:
            self._change(kind, event_id, body)

    def told(self, kind: str, event_id: str) -> Mapping[str, Any] | None:
        """The state of one kind of an event as pages were told it; None if they were not."""
        change = self._newest.get((kind, event_id))
        return None if change is None else change.body

    def alarms(self) -> dict[str, list[dict[str, Any]]]:
        """The alarms that are raised, by event; those of the installation have an empty id."""
        return {
            event_id: change.body["alarms"]
            for (kind, event_id), change in self._newest.items()
            if kind == "alarms" and change.body["alarms"]
        }

    def alarm_counts(self) -> Counter[tuple[str, str]]:
        """How many alarms are raised, by event and alarm, for `GET /metrics`."""
        return Counter(
            (event_id, alarm["id"])
            for event_id, alarms in self.alarms().items()
            for alarm in alarms
        )

    def knows(self, number: int) -> bool:
        """Whether all changes after this one are still known."""
        return self._forgotten <= number <= self._number

    def changes_after(self, number: int) -> list[Change]:
        """The newest state of everything that has changed since, in the order of the changes."""
        found = []
        for change in reversed(self._newest.values()):
            if change.number <= number:
                break
            found.append(change)
        return found[::-1]

    async def wait_after(self, number: int) -> None:
        """Return when there is a later change."""
        while self._number <= number:
            await self._changed.wait()

    async def _follow_events(self) -> None:
        async for name, record in self._bus.watch_all(keys.EVENT_RECORDS, self.loaded):
            await self._show(name, record)

    async def _show(self, name: str, record: Record) -> None:
        try:
            stored = self._events.stored(record)
            described = await self._answers.described(stored)
        except (ValueError, TypeError, KeyError, DomainError):
            log.exception("%s cannot be read and is ignored", name)
            return
        event = stored.event
        if event.rehearsal_of:
            return
        shown = self._newest.get(("event", event.id))
        if event.state is EventState.DELETED:
            if shown is not None:
                self._forget(event)
            return
        self._newest.pop(("deleted", event.id), None)
        self._change("event", event.id, described, stored)

    async def _follow_conferences(self) -> None:
        await self.loaded.wait()
        async for name, record in self._bus.watch_all(keys.CONFERENCE_RECORDS):
            self._show_conference(name, record)

    def _show_conference(self, name: str, record: Record) -> None:
        try:
            conference = Conference.from_json(record.value)
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and is ignored", name)
            return
        if conference.deleted_at_ms is None:
            body = conference_body(conference, record.version)
            self._newest.pop(("conference_deleted", conference.id), None)
            self._change("conference", conference.id, body)
        elif self._newest.pop(("conference", conference.id), None) is not None:
            self._change("conference_deleted", conference.id, {"id": conference.id})
            self._forget_old_deletions()

    def _forget(self, event: Event) -> None:
        for kind in _OF_EVENTS:
            self._newest.pop((kind, event.id), None)
        self._spent.pop(event.id, None)
        self._change("deleted", event.id, {"id": event.id})
        self._forget_old_deletions()

    def _forget_old_deletions(self) -> None:
        deleted = [key for key in self._newest if key[0] in {"deleted", "conference_deleted"}]
        for key in deleted[:-MOST_DELETED]:
            self._forgotten = self._newest.pop(key).number

    async def _follow_spent(self) -> None:
        async for name, record in self._bus.watch_all(keys.SPENT_RECORDS):
            try:
                spent = json.loads(record.value)
                self._spent[name.removeprefix(keys.SPENT_RECORDS)] = {
                    channel: sum(account.values()) for channel, account in spent.items()
                }
            except (ValueError, TypeError, AttributeError):
                log.exception("%s cannot be read and is ignored", name)

    async def _follow_logs(self) -> None:
        await self.loaded.wait()
        logs = self._bus.watch_all(keys.LOG_RECORDS)
        async for name, found in readable_records(logs, JournalRecord.from_json):
            event_id = name.removeprefix(keys.LOG_RECORDS)
            if name != keys.log_record(None) and ("deleted", event_id) not in self._newest:
                entries = [asdict(entry) for entry in found.before(None, _LOG_ENTRIES)]
                self._change("log", event_id, {"entries": entries})

    async def _follow_checks(self) -> None:
        await self.loaded.wait()
        checks = self._bus.watch_all(check_keys.CHECK_RECORDS)
        async for name, report in readable_records(checks, CheckReport.from_json):
            self.show("check", name.removeprefix(check_keys.CHECK_RECORDS), report.body())

    async def _follow_consoles(self) -> None:
        """Tell what the human interpreters write to the technician, and the answers."""
        await self.loaded.wait()
        consoles = self._bus.watch_all(console_keys.CONSOLE_RECORDS)
        async for name, messages in readable_records(consoles, ConsoleMessages.from_json):
            event_id, _, channel = name.removeprefix(console_keys.CONSOLE_RECORDS).partition(".")
            before = self.told("messages", event_id) or {}
            written = [asdict(message) for message in messages.of_technician()]
            self.show("messages", event_id, {**before, channel: written})

    async def _follow_alarms(self) -> None:
        """Tell what the process that watches the events has found."""
        await self.loaded.wait()
        alarms = self._bus.watch_all(keys.ALARM_RECORDS)
        parse = partial(WatchedEvent.from_json, now_ms=0)
        async for name, watched in readable_records(alarms, parse):
            event_id = name.removeprefix(keys.ALARM_RECORDS)
            if ("deleted", event_id) not in self._newest:
                self.show_alarms(event_id, watched.book.active)

    async def _measure_regularly(self) -> None:
        while True:
            if self._pages:
                await self._measure()
            await self._clock.sleep(MEASURE_EVERY_S)

    async def _measure(self) -> None:
        """Ask the board about all events that are not over; other tasks run in between."""
        open_ids = [event.id for event in self.events() if not event.is_over]
        measured = [event_id for kind, event_id in self._newest if kind == "status"]
        for event_id in set(measured).difference(open_ids):
            del self._newest["status", event_id]
        async for event_id in in_turns(open_ids, _MEASURED_AT_ONCE):
            known = self._newest.get(("event", event_id))
            event = known.stored.event if known is not None and known.stored is not None else None
            if event is not None and not event.is_over:
                status = self._board.snapshot(event, self._spent.get(event_id, {}))
                self._change("status", event_id, status)
        self._change("store", "", self._board.store())

    def _change(
        self, kind: str, event: str, body: Mapping[str, Any], stored: Stored | None = None
    ) -> None:
        """Take note of a thing's new state, if it is new."""
        before = self._newest.get((kind, event))
        if before is not None and before.body == body and before.stored == stored:
            return
        self._newest.pop((kind, event), None)
        self._number += 1
        self._newest[kind, event] = Change(self._number, kind, event, body, stored)
        self._changed.set()
        self._changed = asyncio.Event()
