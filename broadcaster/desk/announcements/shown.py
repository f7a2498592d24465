"""The announcements as the desk shows them, with where each was shown and spoken."""

import asyncio
from contextlib import suppress
from typing import Any

from broadcaster.desk.feed import DeskFeed
from broadcaster.errors import BusUnavailable
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import Announcement, AnnouncementBook
from broadcaster.model.announcements.seen import SeenCounts, SeenReport
from broadcaster.model.announcements.speech import SPEAK_WITHIN_S, ChannelSpeech
from broadcaster.model.event import iso_time
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.records.reading import readable_messages, readable_records

MOST_EDGES = 200
"""Edge processes whose counts of an event are kept; those of the oldest one are dropped."""
MOST_EVENTS = 2_000
"""Events whose counts are kept; those of the oldest one are dropped."""


class ShownAnnouncements:
    """Follows the announcements of all events, and what edge processes and booths say of them.

    Args:
        bus: has the records and the counts.
        clock: the time.
        feed: tells the desk's pages, and keeps what they were told.
    """

    def __init__(self, bus: Bus, clock: Clock, feed: DeskFeed) -> None:
        self._bus = bus
        self._clock = clock
        self._feed = feed
        self._reports: dict[str, dict[str, SeenReport]] = {}
        self._spoken: dict[str, dict[str, ChannelSpeech]] = {}

    async def run(self) -> None:
        """Follow everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_records(), name="desk: announcements")
            tasks.create_task(self._follow_counts(), name="desk: announcements seen")
            tasks.create_task(self._follow_speech(), name="desk: announcements spoken")

    def body(self, event_id: str, book: AnnouncementBook) -> dict[str, Any]:
        """The answer of `GET /api/events/{event}/announcements`: the newest first."""
        return {"announcements": [self.shown(event_id, one) for one in reversed(book.entries)]}

    def shown(self, event_id: str, announcement: Announcement) -> dict[str, Any]:
        """One announcement as JSON has it."""
        counts = self._counts(event_id, announcement.id, announcement.version)
        return {
            "id": announcement.id,
            "version": announcement.version,
            "text": announcement.words.text,
            "translations": announcement.words.translations,
            "language": announcement.language or None,
            "urgent": announcement.urgent,
            "by": announcement.by,
            "made_at": iso_time(announcement.made_at_ms),
            "expires_at": iso_time(announcement.expires_at_ms),
            "state": announcement.state(self._clock.now_ms()),
            **counts,
            **self._speech(event_id, announcement),
        }

    def _speech(self, event_id: str, announcement: Announcement) -> dict[str, Any]:
        since_ms = announcement.speak_since_ms
        until_ms = since_ms + int(SPEAK_WITHIN_S * 1000)
        found = {
            channel: speech.of(announcement)
            for channel, speech in self._spoken.get(event_id, {}).items()
        }
        return {
            "speak": since_ms > 0,
            "speak_until": iso_time(until_ms) if since_ms else None,
            "speech": {
                channel: {"state": report.state, "reason": report.reason}
                for channel, report in sorted(found.items())
                if report is not None
            },
        }

    def _counts(self, event_id: str, announcement_id: str, version: int) -> dict[str, int]:
        counts = SeenCounts(version)
        for report in self._reports.get(event_id, {}).values():
            one = report.counts.get(announcement_id)
            if one is not None and one.version == version:
                counts = counts.plus(one)
        return {"received": counts.received, "shown": counts.shown}

    async def _follow_speech(self) -> None:
        await self._feed.loaded.wait()
        records = self._bus.watch_all(announcement_keys.SPEECH_RECORDS)
        async for _, speech in readable_records(records, ChannelSpeech.from_json):
            self._spoken.setdefault(speech.event, {})[speech.channel] = speech
            while len(self._spoken) > MOST_EVENTS:
                del self._spoken[next(iter(self._spoken))]
            if self._feed.told("announcements", speech.event) is not None:
                await self._show_again(speech.event)

    async def _show_again(self, event_id: str) -> None:
        with suppress(BusUnavailable, ValueError):  # the next report of a channel shows it
            record = await self._bus.get(announcement_keys.announcements_record(event_id))
            if record is not None:
                book = AnnouncementBook.from_json(record.value)
                self._feed.show("announcements", event_id, self.body(event_id, book))

    async def _follow_records(self) -> None:
        await self._feed.loaded.wait()
        records = self._bus.watch_all(announcement_keys.ANNOUNCEMENT_RECORDS)
        async for name, book in readable_records(records, AnnouncementBook.from_json):
            event_id = name.removeprefix(announcement_keys.ANNOUNCEMENT_RECORDS)
            self._feed.show("announcements", event_id, self.body(event_id, book))

    async def _follow_counts(self) -> None:
        async with self._bus.subscribe(announcement_keys.ANNOUNCEMENTS_SEEN) as messages:
            async for report in readable_messages(messages, SeenReport.from_json):
                self._take(report)

    def _take(self, report: SeenReport) -> None:
        told = self._feed.told("announcements", report.event)
        if told is None:
            self._reports.pop(report.event, None)
            return
        reports = self._reports.setdefault(report.event, {})
        reports[report.edge] = report
        while len(reports) > MOST_EDGES:
            del reports[next(iter(reports))]
        while len(self._reports) > MOST_EVENTS:
            del self._reports[next(iter(self._reports))]
        counted = [
            one | self._counts(report.event, one["id"], one["version"])
            for one in told["announcements"]
        ]
        self._feed.show("announcements", report.event, {"announcements": counted})
