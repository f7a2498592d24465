"""Conference records: created, read, changed, deleted."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from broadcaster.desk.bodies import slug_of
from broadcaster.desk.conferences.conference_bodies import ConferenceChange, NewConference
from broadcaster.desk.events import Events, Stored
from broadcaster.desk.journal.journal import SYSTEM
from broadcaster.errors import (
    BadEventId,
    VersionConflict,
)
from broadcaster.model import keys
from broadcaster.model.conference.conference import Conference
from broadcaster.model.conference.conference_errors import (
    ConferenceChanged,
    ConferenceExists,
    ConferenceHasEvents,
    UnknownConference,
)
from broadcaster.model.conference.lookup import find_conference
from broadcaster.model.event import SLUG, EventAction
from broadcaster.model.join import take_code
from broadcaster.model.ports import Bus, Clock

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class StoredConference:
    """A conference with the version of its record."""

    conference: Conference
    version: int


class Conferences:
    """The organizer's conferences on the bus.

    Args:
        bus: has the records.
        clock: the time.
        events: the events, of which some belong to conferences.
    """

    def __init__(self, bus: Bus, clock: Clock, events: Events) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events

    async def create(self, new: NewConference) -> StoredConference:
        """Write a new conference.

        Raises:
            UnknownLanguage: a tag is not one.
            BadEventId: the id cannot be part of a link.
            ConferenceExists: the id is in use.
        """
        values = await new.given()
        if new.id is not None and not SLUG.fullmatch(new.id):
            raise BadEventId
        conference_id = new.id or slug_of(new.title, "conference")
        record = keys.conference_record(conference_id)
        # Without this look a code would be lost to each attempt.
        if await self._bus.get(record) is not None:
            raise ConferenceExists(conference_id)
        code = await take_code(self._bus, keys.conference_in_code(conference_id))
        conference = Conference(id=conference_id, code=code, **values)
        try:
            version = await self._bus.put(record, conference.to_json(), 0)
        except VersionConflict:
            raise ConferenceExists(conference_id) from None
        return StoredConference(conference, version)

    async def get(self, conference_id: str) -> StoredConference:
        """One conference.

        Raises:
            UnknownConference: no conference has this id.
        """
        return StoredConference(*await find_conference(self._bus, conference_id))

    async def events_of(self, conference_id: str) -> list[Stored]:
        """The events of a conference, by id."""
        every = await self._events.list()
        return [one for one in every if one.event.conference == conference_id]

    async def list(self) -> list[StoredConference]:
        """All conferences, by id."""
        found = []
        for name in await self._bus.records(keys.CONFERENCE_RECORDS):
            with suppress(UnknownConference):
                found.append(await self.get(name.removeprefix(keys.CONFERENCE_RECORDS)))
        return found

    async def change(
        self, conference_id: str, change: ConferenceChange, if_version: int | None = None
    ) -> StoredConference:
        """Change a conference.

        Args:
            conference_id: its id.
            change: the fields to change.
            if_version: change only a record that still has this version.

        Raises:
            UnknownConference: no conference has this id.
            UnknownLanguage: a tag is not one.
            ConferenceChanged: the record has another version than `if_version`, or other writers
                kept changing it.
        """
        return await self.write(conference_id, await change.given(), if_version)

    async def write(
        self, conference_id: str, values: dict[str, Any], if_version: int | None = None
    ) -> StoredConference:
        """Set fields of a conference; see `change`."""
        for _ in range(_ATTEMPTS):
            stored = await self.get(conference_id)
            if if_version not in {None, stored.version}:
                break
            conference = replace(stored.conference, **values)
            if conference == stored.conference:
                return stored
            record = keys.conference_record(conference_id)
            with suppress(VersionConflict):
                version = await self._bus.put(record, conference.to_json(), stored.version)
                return StoredConference(conference, version)
        raise ConferenceChanged

    async def delete(
        self,
        conference_id: str,
        if_version: int | None = None,
        *,
        with_events: bool = False,
        actor: str = SYSTEM,
    ) -> None:
        """Delete a conference.

        Args:
            conference_id: its id.
            if_version: delete only a record that still has this version.
            with_events: delete its events, too.
            actor: name of whoever deletes them, for the installation's log.

        Raises:
            UnknownConference: no conference has this id.
            ConferenceHasEvents: it has some, and they are not to be deleted.
            InvalidTransition: one of them is live or paused; nothing was deleted.
            ConferenceChanged: the record has another version than `if_version`.
            BusUnavailable: not all is deleted yet.
        """
        stored = await self.get(conference_id)
        if if_version not in {None, stored.version}:
            raise ConferenceChanged
        events = await self.events_of(conference_id)
        if events and not with_events:
            raise ConferenceHasEvents(len(events))
        now_ms = self._clock.now_ms()
        for one in events:  # all are asked before the first is deleted
            one.event.after(EventAction.DELETE, now_ms)
        for one in events:
            await self._events.delete(one.event.id, actor=actor)
        gone = Conference(conference_id, "", "UTC", auto_open_minutes=None, deleted_at_ms=now_ms)
        try:
            await self._bus.put(
                keys.conference_record(conference_id), gone.to_json(), stored.version
            )
        except VersionConflict:
            raise ConferenceChanged from None
        await self._bus.erase(
            records=[keys.code_record(stored.conference.code)],
            streams=keys.NOTHING,
            retained=keys.NOTHING,
        )
