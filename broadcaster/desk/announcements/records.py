"""Writes the announcements of events."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from broadcaster.desk.announcements.bodies import (
    AnnouncementChange,
    NewAnnouncement,
    canonical,
    notice_of,
)
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import EventChanged, VersionConflict
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import Announcement, AnnouncementBook
from broadcaster.model.ports import Bus, Clock

_ATTEMPTS = 10
_MINUTE_MS = 60_000


class AnnouncementDesk:
    """The announcements of all events, on the bus.

    Args:
        bus: has the records.
        clock: the time.
        journal: says that something was announced, not what.
    """

    def __init__(self, bus: Bus, clock: Clock, journal: Journal) -> None:
        self._bus = bus
        self._clock = clock
        self._journal = journal

    async def book(self, event_id: str) -> AnnouncementBook:
        """All announcements of an event.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        record = await self._bus.get(announcement_keys.announcements_record(event_id))
        return AnnouncementBook.from_json(record.value) if record else AnnouncementBook()

    async def announce(self, event_id: str, new: NewAnnouncement, actor: str) -> Announcement:
        """Show an announcement to the audience.

        Raises:
            UnknownLanguage: a tag is not one.
            TooManyAnnouncements: the event has as many as it can.
            BusUnavailable: the broker does not answer.
        """
        now_ms = self._clock.now_ms()
        made = Announcement(
            id=secrets.token_hex(4),
            version=1,
            words=await notice_of(new.text, new.translations),
            language=await canonical(new.language),
            urgent=new.urgent,
            by=actor,
            made_at_ms=now_ms,
            expires_at_ms=now_ms + new.minutes * _MINUTE_MS,
            speak_since_ms=now_ms if new.speak else 0,
        )
        await self._write(event_id, lambda _: made)
        await self._note(event_id, "announcement_made", actor, made)
        return made

    async def change(
        self, event_id: str, announcement_id: str, change: AnnouncementChange, actor: str
    ) -> Announcement:
        """Correct an announcement, withdraw it, or show a withdrawn one again.

        Raises:
            UnknownAnnouncement: the event has none of this id.
            UnknownLanguage: a tag is not one.
            TooManyAnnouncements: the event has as many as it can.
            BusUnavailable: the broker does not answer.
        """
        before = (await self.book(event_id)).find(announcement_id)
        text = before.words.text if change.text is None else change.text
        given = before.words.translations if change.translations is None else change.translations
        words = await notice_of(text, given)
        language = before.language if change.language is None else await canonical(change.language)

        def changed(book: AnnouncementBook) -> Announcement:
            known = book.find(announcement_id)
            after = replace(known, words=words, language=language)
            if change.urgent is not None:
                after = replace(after, urgent=change.urgent)
            if after != known:
                after = replace(after, version=known.version + 1)
            if change.minutes is not None:
                expires_at_ms = self._clock.now_ms() + change.minutes * _MINUTE_MS
                after = replace(after, expires_at_ms=expires_at_ms)
            if change.withdrawn is not None:
                after = replace(after, withdrawn=change.withdrawn)
            return _spoken(known, after, change, self._clock.now_ms())

        after = await self._write(event_id, changed)
        if after.version != before.version:
            await self._note(event_id, "announcement_corrected", actor, after)
        if after.withdrawn != before.withdrawn:
            what = "announcement_withdrawn" if after.withdrawn else "announcement_restored"
            await self._note(event_id, what, actor, after)
        return after

    async def _write(
        self, event_id: str, made: Callable[[AnnouncementBook], Announcement]
    ) -> Announcement:
        name = announcement_keys.announcements_record(event_id)
        for _ in range(_ATTEMPTS):
            record = await self._bus.get(name)
            book = AnnouncementBook.from_json(record.value) if record else AnnouncementBook()
            entry = made(book)
            after = book.with_entry(entry, self._clock.now_ms())
            with suppress(VersionConflict):
                await self._bus.put(name, after.to_json(), record.version if record else 0)
                return entry
        raise EventChanged

    async def _note(self, event_id: str, what: str, actor: str, entry: Announcement) -> None:
        values: Values = {
            "announcement": entry.id,
            "urgent": entry.urgent,
            "languages": tuple(sorted(entry.words.translations)),
        }
        await self._journal.note(event_id, what, actor, values)


def _spoken(
    before: Announcement, after: Announcement, change: AnnouncementChange, now_ms: int
) -> Announcement:
    """The changed announcement with the time since which it is to be spoken.

    A correction is spoken once more, and so is one that is shown again before it was spoken.
    """
    speak = change.speak
    if not (before.speak_since_ms if speak is None else speak):
        return replace(after, speak_since_ms=0)
    shown_again = before.withdrawn and not after.withdrawn
    if not before.speak_since_ms or shown_again or after.version != before.version:
        return replace(after, speak_since_ms=now_ms)
    return after
