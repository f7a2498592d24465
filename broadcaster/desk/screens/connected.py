"""The screens that are connected to the edge processes, with the desk's settings of each."""

import asyncio
from dataclasses import asdict

from broadcaster.desk.feed import DeskFeed
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.records.reading import readable_messages, readable_records
from broadcaster.model.screens.open_screens import OpenScreen, ScreensReport
from broadcaster.model.screens.settings import ScreenBook
from broadcaster.model.status import STALE_AFTER_S, STATUS_INTERVAL_S

MOST_EVENTS = 2_000
"""Events whose settings of screens are kept in memory; those of the oldest one are dropped."""


class ConnectedScreens:
    """Follows the settings of screens, and what edge processes report of them.

    Args:
        bus: has the records and the reports.
        clock: the time.
        feed: tells the desk's pages.
    """

    def __init__(self, bus: Bus, clock: Clock, feed: DeskFeed) -> None:
        self._bus = bus
        self._clock = clock
        self._feed = feed
        self._books: dict[str, ScreenBook] = {}
        self._reports: dict[str, dict[str, tuple[float, ScreensReport]]] = {}

    async def run(self) -> None:
        """Follow everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_settings(), name="desk: settings of screens")
            tasks.create_task(self._follow_reports(), name="desk: screens")
            tasks.create_task(self._forget_regularly(), name="desk: screens that went")

    def body(self, event_id: str) -> dict[str, object]:
        """The answer of `GET /api/events/{event}/screens`."""
        book = self._books.get(event_id, ScreenBook())
        return {
            "screens": [
                {**asdict(screen), "settings": book.of(screen.id).body()}
                for screen in self._connected(event_id)
            ]
        }

    def take(self, event_id: str, book: ScreenBook) -> None:
        """Take the newest settings of an event's screens."""
        self._books.pop(event_id, None)
        self._books[event_id] = book
        while len(self._books) > MOST_EVENTS:
            del self._books[next(iter(self._books))]
        self._tell(event_id)

    def _connected(self, event_id: str) -> list[OpenScreen]:
        now = self._clock.monotonic()
        found = {
            (screen.id, screen.kind): screen
            for at, report in self._reports.get(event_id, {}).values()
            if now - at < STALE_AFTER_S
            for screen in report.screens
        }
        return sorted(found.values(), key=lambda one: (one.kind, one.name, one.id))

    def _tell(self, event_id: str) -> None:
        if self._connected(event_id) or self._feed.told("screens", event_id) is not None:
            self._feed.show("screens", event_id, self.body(event_id))

    async def _follow_settings(self) -> None:
        await self._feed.loaded.wait()
        records = self._bus.watch_all(keys.SCREEN_RECORDS)
        async for name, book in readable_records(records, ScreenBook.from_json):
            self.take(name.removeprefix(keys.SCREEN_RECORDS), book)

    async def _follow_reports(self) -> None:
        async with self._bus.subscribe(keys.SCREENS_OPEN) as messages:
            async for report in readable_messages(messages, ScreensReport.from_json):
                reports = self._reports.setdefault(report.event, {})
                reports[report.edge] = (self._clock.monotonic(), report)
                self._tell(report.event)

    async def _forget_regularly(self) -> None:
        """Forget the reports of processes that have gone."""
        while True:
            await self._clock.sleep(STATUS_INTERVAL_S)
            now = self._clock.monotonic()
            for event_id, reports in list(self._reports.items()):
                for edge, (at, _) in list(reports.items()):
                    if now - at >= STALE_AFTER_S:
                        del reports[edge]
                        self._tell(event_id)
                if not reports:
                    del self._reports[event_id]
