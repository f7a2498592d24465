"""Follows the conferences and their events, and keeps the answers about them ready to be sent."""

import asyncio
import logging
from dataclasses import dataclass

from broadcaster.edge.programme.now_and_next import programme_body
from broadcaster.model import keys
from broadcaster.model.conference.conference import Conference
from broadcaster.model.conference.conference_errors import UnknownConference
from broadcaster.model.event import PUT_AWAY, Event
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.web.assets import Asset
from broadcaster.web.pages.encodings import Effort

log = logging.getLogger("broadcaster.edge")

FRESH_S = 1.0
"""An answer is made at most once in this time, however many ask."""
TRUE_FOR_S = 5.0
"""After this time it is made again although nothing was changed, because time has passed."""
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Made:
    at: float
    revision: int
    answer: Asset


class Programmes:
    """The conferences of one edge process; it begins to follow them when somebody asks for one.

    Args:
        bus: has the records.
        clock: the time.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._wanted = asyncio.Event()
        self._conferences_known = asyncio.Event()
        self._events_known = asyncio.Event()
        self._conferences: dict[str, Conference] = {}
        self._events: dict[str, dict[str, Event]] = {}
        self._conference_of: dict[str, str] = {}
        self._revision = 0
        self._made: dict[str, _Made] = {}

    async def run(self) -> None:
        """Follow the records until cancelled."""
        await self._wanted.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_conferences(), name="programme: conferences")
            tasks.create_task(self._follow_events(), name="programme: events")

    async def answer(self, conference_id: str) -> Asset:
        """The talks of now and next, as JSON.

        Raises:
            UnknownConference: no conference has this id.
        """
        self._wanted.set()
        await self._conferences_known.wait()
        await self._events_known.wait()
        conference = self._conferences.get(conference_id)
        if conference is None:
            raise UnknownConference
        now = self._clock.monotonic()
        made = self._made.get(conference_id)
        if made is not None:
            age_s = now - made.at
            if age_s < FRESH_S or (age_s < TRUE_FOR_S and made.revision == self._revision):
                return made.answer
        if len(self._made) >= MOST_KEPT:
            self._made.clear()
        events = self._events.get(conference_id, {}).values()
        body = programme_body(conference, events, self._clock.now_ms())
        answer = Asset.of("programme.json", body, Effort.QUICK)
        self._made[conference_id] = _Made(now, self._revision, answer)
        return answer

    async def _follow_conferences(self) -> None:
        async for name, record in self._bus.watch_all(
            keys.CONFERENCE_RECORDS, self._conferences_known
        ):
            self._note_conference(name, record)

    async def _follow_events(self) -> None:
        watching = self._bus.watch_all(keys.EVENT_RECORDS, self._events_known)
        async for _, record in watching:
            self._note_event(record)

    def _note_conference(self, name: str, record: Record) -> None:
        try:
            conference = Conference.from_json(record.value)
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and is ignored", name)
            return
        if conference.deleted_at_ms is not None:
            self._conferences.pop(conference.id, None)
            self._made.pop(conference.id, None)
        elif self._conferences.get(conference.id) != conference:
            self._conferences[conference.id] = conference
            self._revision += 1

    def _note_event(self, record: Record) -> None:
        try:
            event = Event.from_json(record.value)
        except (ValueError, TypeError, KeyError):
            return  # the booths' supervisor reports it
        before = self._conference_of.pop(event.id, None)
        if before is not None and before != event.conference:
            del self._events[before][event.id]
            self._revision += 1
        if not event.conference:
            return
        events = self._events.setdefault(event.conference, {})
        if event.state in PUT_AWAY:
            self._revision += events.pop(event.id, None) is not None
            return
        self._conference_of[event.id] = event.conference
        if events.get(event.id) != event:
            events[event.id] = event
            self._revision += 1
