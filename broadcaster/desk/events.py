"""Event records: created, read, changed, deleted."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from broadcaster.access.identity import ADMIN, Identity
from broadcaster.auth import new_key
from broadcaster.desk.bodies import Duplicate, EventChange, NewEvent, channels, slug_of
from broadcaster.desk.erasure import EventEraser
from broadcaster.desk.event_changes import changed, check_schedule, copied, with_restart
from broadcaster.desk.journal.changes import happenings
from broadcaster.desk.journal.journal import SYSTEM, Journal
from broadcaster.errors import (
    BadEventId,
    EventChanged,
    EventExists,
    InvalidInitialState,
    UnknownEvent,
    VersionConflict,
)
from broadcaster.model import keys
from broadcaster.model.conference.lookup import find_conference
from broadcaster.model.event import SLUG, Event, EventAction, EventState, Notice
from broadcaster.model.join import take_code
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.tasks import in_turns

_ATTEMPTS = 5
_READ_AT_ONCE = 50
"""Records that are parsed before other tasks run: a conference has a thousand."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event with the version of its record.

    Attributes:
        event: from the record.
        version: of the record.
        stage_key: the speaker's secret; None if it was sealed with a store key that is missing.
    """

    event: Event
    version: int
    stage_key: str | None


class Events:
    """The organizer's events on the bus.

    Args:
        bus: has the records.
        clock: the time.
        keyring: seals and opens their stage keys.
    """

    def __init__(self, bus: Bus, clock: Clock, keyring: StageKeyring) -> None:
        self._bus = bus
        self._clock = clock
        self._keyring = keyring
        self._eraser = EventEraser(bus, clock)
        self._journal = Journal(bus, clock)

    async def create(self, new: NewEvent, *, actor: str = SYSTEM, owner: str = "") -> Stored:
        """Write a new event.

        Args:
            new: the event.
            actor: name of whoever creates it, for its log.
            owner: subject of the organizer whose event it will be; empty for an admin's.

        Raises:
            UnknownLanguage: a tag is not one.
            InvalidInitialState: the state is neither draft nor open.
            BadSchedule: it would end before it starts.
            UnknownConference: no conference has the id that was given.
            BadEventId: the id cannot be part of a link.
            EventExists: the id is in use.
        """
        chosen = await channels(new.languages)
        options = await new.given()
        await self._check_conference(options)
        if new.state not in {EventState.DRAFT, EventState.OPEN}:
            raise InvalidInitialState(new.state)
        event = Event("", new.title, new.state, chosen, "", owner=owner, **options)
        return await self.add(event, new.id, actor=actor)

    async def add(
        self, event: Event, wanted_id: str | None = None, *, actor: str = SYSTEM
    ) -> Stored:
        """Write an event, which gets an id, a code and a stage key; see `create`."""
        stored = await self._create(event, wanted_id)
        await self._journal.note(stored.event.id, "event_created", actor, {"state": event.state})
        return stored

    async def duplicate(self, event_id: str, wanted: Duplicate, by: Identity = ADMIN) -> Stored:
        """Write a draft with the languages and options of an event, and links of its own.

        Args:
            event_id: of the event that is copied.
            wanted: the title and id of the copy.
            by: whoever copies it. The copy is in the conference only if they may put events there.

        Raises:
            UnknownEvent: no event has this id.
            BadEventId: the new id cannot be part of a link.
            EventExists: the new id is in use.
        """
        event = copied((await self.get(event_id)).event, wanted, by)
        stored = await self._create(event, wanted.id)
        await self._journal.note(stored.event.id, "event_created", by.name, {"copy_of": event_id})
        return stored

    async def _create(self, event: Event, wanted_id: str | None) -> Stored:
        """Write an event with a new id, code and stage key."""
        check_schedule(event)
        if wanted_id is not None and not SLUG.fullmatch(wanted_id):
            raise BadEventId
        event_id = wanted_id or slug_of(event.title, "event")
        # Without this look a code would be lost to each attempt.
        if await self._bus.get(keys.event_record(event_id)) is not None:
            raise EventExists(event_id)
        stage_key = new_key()
        event = replace(
            event,
            id=event_id,
            stage_key=self._keyring.seal(stage_key),
            code=await take_code(self._bus, event_id),
        )
        try:
            version = await self._bus.put(keys.event_record(event_id), event.to_json(), 0)
        except VersionConflict:
            raise EventExists(event_id) from None
        return Stored(event, version, stage_key)

    async def get(self, event_id: str) -> Stored:
        """One event.

        Raises:
            UnknownEvent: no event has this id.
        """
        record = None
        if SLUG.fullmatch(event_id):
            record = await self._bus.get(keys.event_record(event_id))
        stored = self.stored(record) if record is not None else None
        if stored is None or stored.event.is_hidden:
            raise UnknownEvent("GET /api/events lists the events.")
        return stored

    async def list(self) -> list[Stored]:
        """All events, by id."""
        names = await self._bus.records(keys.EVENT_RECORDS)
        found = []
        async for name in in_turns(names, _READ_AT_ONCE):
            if (record := await self._bus.get(name)) is not None:
                stored = self.stored(record)
                if not stored.event.is_hidden:
                    found.append(stored)
        return found

    async def change(
        self,
        event_id: str,
        change: EventChange,
        if_version: int | None = None,
        *,
        actor: str = SYSTEM,
    ) -> Stored:
        """Change an event.

        Args:
            event_id: the event's id.
            change: the fields to change.
            if_version: change only a record that still has this version.
            actor: name of whoever changes it, for its log.

        Raises:
            UnknownEvent: no event has this id, or it cannot be reopened any more.
            UnknownLanguage: a tag is not one.
            BadSchedule: it would end before it starts.
            UnknownConference: no conference has the id that was given.
            InvalidTransition: the event cannot get into this state.
            EventChanged: the record has another version than `if_version`, or other writers kept
                changing it.
        """
        values = await change.given()
        await self._check_conference(values)
        if change.title is not None:
            values["title"] = change.title
        if change.languages is not None:
            values["channels"] = await channels(change.languages)
        if change.new_stage_key:
            values["stage_key"] = self._keyring.seal(new_key())
        return await self.rewrite(
            event_id,
            lambda before: changed(before, values, change.state, self._clock.now_ms()),
            if_version,
            actor,
        )

    async def act(
        self,
        event_id: str,
        action: EventAction,
        if_version: int | None = None,
        pause_notice: Notice | None = None,
        *,
        actor: str = SYSTEM,
    ) -> Stored:
        """Take a step of an event's life. One that was taken already changes nothing.

        Args:
            event_id: the event's id.
            action: any but `delete`.
            if_version: see `change`.
            pause_notice: of `pause`.
            actor: see `change`.

        Raises:
            UnknownEvent: no event has this id.
            InvalidTransition: the step is not possible in the event's state.
            EventChanged: see `change`.
        """

        def apply(before: Event) -> Event:
            event = before.after(action, self._clock.now_ms())
            return replace(event, pause_notice=pause_notice) if pause_notice else event

        return await self.rewrite(event_id, apply, if_version, actor)

    async def restart_booth(
        self,
        event_id: str,
        channel: str,
        if_version: int | None = None,
        *,
        actor: str = SYSTEM,
    ) -> Stored:
        """Let a new booth take over a channel.

        Args:
            event_id: the event's id.
            channel: the language, or the floor's captions.
            if_version: see `change`.
            actor: see `change`.

        Raises:
            UnknownEvent: no event has this id.
            UnknownChannel: the event has no such channel.
            EventChanged: see `change`.
        """
        return await self.rewrite(
            event_id, lambda before: with_restart(before, channel), if_version, actor
        )

    async def delete(
        self, event_id: str, if_version: int | None = None, actor: str = SYSTEM
    ) -> None:
        """Delete an event and everything that was stored about it.

        The installation's log says that it was deleted, and by whom.

        Raises:
            UnknownEvent: no event has this id.
            InvalidTransition: it is live or paused.
            EventChanged: see `change`.
            BusUnavailable: not all is deleted yet; the rest follows.
        """
        for _ in range(_ATTEMPTS):
            stored = await self.get(event_id)
            if if_version not in {None, stored.version}:
                break
            stored.event.after(EventAction.DELETE, self._clock.now_ms())
            with suppress(VersionConflict):
                await self._eraser.delete(stored.event, stored.version)
                await self._journal.note(None, "event_deleted", actor, {"event": event_id})
                return
        raise EventChanged

    async def rewrite(
        self,
        event_id: str,
        apply: Callable[[Event], Event],
        if_version: int | None,
        actor: str,
    ) -> Stored:
        """Change a record that nobody else changes at the same time, and note it in its log.

        Raises:
            UnknownEvent: no event has this id.
            EventChanged: the record has another version than `if_version`, or other writers kept
                changing it.
        """
        for _ in range(_ATTEMPTS):
            stored = await self.get(event_id)
            if if_version not in {None, stored.version}:
                break
            event = apply(stored.event)
            if event.code and event == stored.event:
                return stored
            if not event.code:
                event = replace(event, code=await take_code(self._bus, event.id))
            try:
                version = await self._bus.put(
                    keys.event_record(event_id), event.to_json(), stored.version
                )
            except VersionConflict:
                continue
            for what, values in happenings(stored.event, event):
                await self._journal.note(event_id, what, actor, values)
            return Stored(event, version, self._keyring.open(event.stage_key))
        raise EventChanged

    async def spent_usd(self, event_id: str) -> dict[str, float]:
        """Return the cost of an event so far in USD, by channel. The booths write it."""
        record = await self._bus.get(keys.spent_record(event_id))
        if record is None:
            return {}
        accounts = json.loads(record.value)
        return {channel: sum(account.values()) for channel, account in accounts.items()}

    async def _check_conference(self, options: dict[str, Any]) -> None:
        if options.get("conference"):
            await find_conference(self._bus, options["conference"])

    def stored(self, record: Record) -> Stored:
        """The event in a record."""
        event = Event.from_json(record.value)
        return Stored(event, record.version, self._keyring.open(event.stage_key))
