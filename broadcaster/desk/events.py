"""Event records: created, read, changed."""

import json
import logging
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from broadcaster.auth import new_key
from broadcaster.desk.bodies import LONGEST_SLUG, EventChange, NewEvent, channels
from broadcaster.errors import (
    BadEventId,
    BusUnavailable,
    EventChanged,
    EventExists,
    InvalidInitialState,
    LanguagesInUse,
    UnknownEvent,
    VersionConflict,
)
from broadcaster.model import keys
from broadcaster.model.event import SLUG, Event, EventState
from broadcaster.model.join import new_code
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.desk")

_ATTEMPTS = 5


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

    async def seal_stage_keys(self) -> None:
        """Seal the stage keys of earlier versions and of earlier store keys, then return."""
        backoff = Backoff(sleep=self._clock.sleep)
        sealed = 0
        while True:
            try:
                for name in await self._bus.records(keys.EVENT_RECORDS):
                    sealed += await self._seal(name)
                break
            except BusUnavailable as error:
                log.warning("cannot encrypt stage keys, trying again: %s", error.message)
                await backoff.wait()
        if not sealed:
            return
        log.info("the stage keys of %d events are encrypted from now on", sealed)
        try:
            await self._bus.erase_replaced()
        except BusUnavailable as error:
            log.warning("the store may still hold stage keys in clear: %s", error.advice())

    async def _seal(self, record: str) -> bool:
        """Whether the record's stage key was not sealed with the first store key, and now is."""
        for _ in range(_ATTEMPTS):
            stored = await self._bus.get(record)
            try:
                event = Event.from_json(stored.value) if stored is not None else None
            except (ValueError, TypeError, KeyError):
                log.exception("%s cannot be read and is ignored", record)
                return False
            if stored is None or event is None:
                return False
            sealed = self._keyring.reseal(event.stage_key)
            if sealed == event.stage_key:
                return False
            with suppress(VersionConflict):
                changed = replace(event, stage_key=sealed)
                await self._bus.put(record, changed.to_json(), stored.version)
                return True
        return False

    async def create(self, new: NewEvent) -> Stored:
        """Write a new event.

        Raises:
            UnknownLanguage: a tag is not one.
            InvalidInitialState: the state is neither draft nor open.
            BadEventId: the id cannot be part of a link.
            EventExists: the id is in use.
        """
        chosen = await channels(new.languages)
        options = await new.given()
        if new.state not in {EventState.DRAFT, EventState.OPEN}:
            raise InvalidInitialState(new.state)
        if new.id is not None and not SLUG.fullmatch(new.id):
            raise BadEventId
        event_id = new.id or _slug(new.title)
        # Without this look a code would be lost to each attempt.
        if new.id is not None and await self._bus.get(keys.event_record(event_id)) is not None:
            raise EventExists(new.id)
        event = Event(
            id=event_id,
            title=new.title,
            state=new.state,
            channels=chosen,
            stage_key=self._keyring.seal(stage_key := new_key()),
            code=await self._take_code(event_id),
            **options,
        )
        try:
            version = await self._bus.put(keys.event_record(event.id), event.to_json(), 0)
        except VersionConflict:
            if new.id is None:
                longer = f"{event.id[: LONGEST_SLUG - 5]}-{secrets.token_hex(2)}"
                return await self.create(new.model_copy(update={"id": longer}))
            raise EventExists(new.id) from None
        return Stored(event, version, stage_key)

    async def get(self, event_id: str) -> Stored:
        """One event.

        Raises:
            UnknownEvent: no event has this id.
        """
        record = None
        if SLUG.fullmatch(event_id):
            record = await self._bus.get(keys.event_record(event_id))
        if record is None:
            raise UnknownEvent("GET /api/events lists the events.")
        return self._stored(record)

    async def list(self) -> list[Stored]:
        """All events, by id."""
        names = await self._bus.records(keys.EVENT_RECORDS)
        records = [await self._bus.get(name) for name in names]
        return [self._stored(record) for record in records if record is not None]

    async def change(
        self, event_id: str, change: EventChange, if_version: int | None = None
    ) -> Stored:
        """Change an event.

        Args:
            event_id: the event's id.
            change: the fields to change.
            if_version: change only a record that still has this version.

        Raises:
            UnknownEvent: no event has this id.
            UnknownLanguage: a tag is not one.
            LanguagesInUse: the event is running and would lose languages.
            InvalidTransition: the event cannot get into this state.
            EventChanged: the record has another version than `if_version`, or other writers kept
                changing it.
        """
        changed = await change.given()
        if change.title is not None:
            changed["title"] = change.title
        if change.languages is not None:
            changed["channels"] = await channels(change.languages)
        if change.new_stage_key:
            changed["stage_key"] = self._keyring.seal(new_key())
        for _ in range(_ATTEMPTS):
            stored = await self.get(event_id)
            if if_version not in {None, stored.version}:
                break
            event = replace(stored.event, **_new_values(changed, stored.event))
            _check_languages(stored.event, event)
            if change.state is not None and change.state is not event.state:
                event = event.moved_to(change.state, self._clock.now_ms())
            if not event.code:
                event = replace(event, code=await self._take_code(event.id))
            try:
                version = await self._bus.put(
                    keys.event_record(event_id), event.to_json(), stored.version
                )
            except VersionConflict:
                continue
            return Stored(event, version, self._keyring.open(event.stage_key))
        raise EventChanged

    async def spent_usd(self, event_id: str) -> dict[str, float]:
        """Return the cost of an event so far in USD, by channel. The booths write it."""
        record = await self._bus.get(keys.spent_record(event_id))
        if record is None:
            return {}
        accounts = json.loads(record.value)
        return {channel: sum(account.values()) for channel, account in accounts.items()}

    async def _take_code(self, event_id: str) -> str:
        """Take a join code that no event has or had."""
        while True:
            code = new_code()
            with suppress(VersionConflict):
                await self._bus.put(keys.code_record(code), event_id.encode(), 0)
                return code

    def _stored(self, record: Record) -> Stored:
        event = Event.from_json(record.value)
        return Stored(event, record.version, self._keyring.open(event.stage_key))


def _new_values(changed: dict[str, Any], before: Event) -> dict[str, Any]:
    """The changed fields; a passcode that is sent again keeps its tokens."""
    passcode = changed.get("passcode")
    if passcode is None or before.passcode is None or passcode.text != before.passcode.text:
        return changed
    return {**changed, "passcode": before.passcode}


def _check_languages(before: Event, after: Event) -> None:
    """Check that a running event keeps its languages, which may have listeners."""
    gone = set(before.channel_ids()) - set(after.channel_ids())
    if gone and before.state in {EventState.LIVE, EventState.PAUSED}:
        raise LanguagesInUse(before.state, gone)


def _slug(title: str) -> str:
    """An id from a title; a random one when it has no Latin letters."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title)[:LONGEST_SLUG].strip("-")
    return slug or f"event-{secrets.token_hex(3)}"
