"""The screens of an event that are connected to this edge process, and their settings."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.screens.open_screens import OpenScreen, ScreensReport
from broadcaster.model.screens.settings import MOST_SCREENS, ScreenBook, ScreenSettings
from broadcaster.web.errors import Refused

log = logging.getLogger("broadcaster.edge")


class RoomScreens:
    """Follows the settings of an event's screens, and reports the connected ones.

    Args:
        event_id: of the event.
        edge: id of this process in the reports.
        bus: has the settings, and takes the reports.
    """

    def __init__(self, event_id: str, edge: str, bus: Bus) -> None:
        self._event_id = event_id
        self._edge = edge
        self._bus = bus
        self._book = ScreenBook()
        self._open: dict[object, OpenScreen] = {}
        self._reported = False
        self._changed = asyncio.Event()

    async def follow(self) -> None:
        """Follow the settings until cancelled."""
        async for record in self._bus.watch(keys.screens_record(self._event_id)):
            try:
                self._book = ScreenBook.from_json(record.value)
            except ValueError:
                log.exception("the screens of event %s cannot be read", self._event_id)
                continue
            self._changed.set()
            self._changed = asyncio.Event()

    def settings(self, screen: str) -> ScreenSettings:
        """The settings of one screen."""
        return self._book.of(screen)

    async def changed(self) -> None:
        """Return when the settings of some screen have changed."""
        await self._changed.wait()

    @contextmanager
    def connected(self, screen: OpenScreen) -> Iterator[None]:
        """A screen is connected inside the context.

        Raises:
            Refused: 503 `too_many_screens`.
        """
        if len(self._open) >= MOST_SCREENS:
            raise Refused(
                503,
                "too_many_screens",
                f"{MOST_SCREENS} screens of this event are connected already",
                hint="Close those that are not needed. The page tries again by itself.",
                headers={"Retry-After": "30"},
            )
        connection = object()
        self._open[connection] = screen
        try:
            yield
        finally:
            del self._open[connection]

    def __len__(self) -> int:
        return len(self._open)

    def report(self) -> None:
        """Publish which screens are connected; once more after the last one has gone."""
        if self._open or self._reported:
            report = ScreensReport(self._event_id, self._edge, tuple(self._open.values()))
            self._bus.publish(keys.SCREENS_OPEN, report.to_json())
        self._reported = bool(self._open)
