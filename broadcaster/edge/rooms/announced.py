"""The announcements of an event in one edge process: what channels are told, and what was seen."""

import logging
from collections.abc import Callable
from dataclasses import replace

from broadcaster.errors import EventOver
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import AnnouncementBook, UnknownAnnouncement
from broadcaster.model.announcements.seen import SeenCounts, SeenReport
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock

log = logging.getLogger("broadcaster.edge")

Told = dict[str, str | int | bool]
"""An announcement as the readers of one channel get it."""


class RoomAnnouncements:
    """Follows the record of an event's announcements, and counts the phones that have them.

    Args:
        event_id: of the event.
        edge: id of this process in the counts.
        bus: has the record, and takes the counts.
        clock: the time, which ends announcements.
    """

    def __init__(self, event_id: str, edge: str, bus: Bus, clock: Clock) -> None:
        self._event_id = event_id
        self._edge = edge
        self._bus = bus
        self._clock = clock
        self._book = AnnouncementBook()
        self._counts: dict[str, SeenCounts] = {}

    async def follow(self, changed: Callable[[], None]) -> None:
        """Follow the record until cancelled.

        Args:
            changed: is called after each change.
        """
        async for record in self._bus.watch(announcement_keys.announcements_record(self._event_id)):
            try:
                self._book = AnnouncementBook.from_json(record.value)
            except ValueError:
                log.exception("the announcements of event %s cannot be read", self._event_id)
                continue
            kept = {one.id for one in self._book.entries}
            self._counts = {name: one for name, one in self._counts.items() if name in kept}
            changed()

    def on(self, channel: str) -> tuple[Told, ...]:
        """The announcements that a channel's audience reads now, the most urgent first."""
        return tuple(
            {
                "id": one.id,
                "version": one.version,
                "text": one.words.on(channel),
                "lang": one.language_on(channel),
                "urgent": one.urgent,
            }
            for one in self._book.active(self._clock.now_ms())
        )

    def count(self, event: Event, announcement_id: str, seen: SeenCounts) -> None:
        """Count a phone that got an announcement, or showed it.

        A version that has been corrected since is not counted.

        Raises:
            EventOver: the event is closed.
            UnknownAnnouncement: it is not shown now.
        """
        if event.is_over:
            raise EventOver
        announcement = self._book.find(announcement_id)
        if not announcement.is_active(self._clock.now_ms()):
            raise UnknownAnnouncement
        if seen.version == announcement.version:
            before = self._counts.get(announcement_id, replace(seen, received=0, shown=0))
            self._counts[announcement_id] = before.plus(seen)

    def report(self) -> None:
        """Publish what was counted so far, if anything was."""
        if self._counts:
            report = SeenReport(self._event_id, self._edge, self._counts)
            self._bus.publish(announcement_keys.ANNOUNCEMENTS_SEEN, report.to_json())
