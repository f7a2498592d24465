"""`/api/events/{event}/screens`: the screens of an event, and their settings."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.screens.connected import ConnectedScreens
from broadcaster.errors import EventChanged, UnknownChannel, VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record
from broadcaster.model.screens.open_screens import LONGEST_ID
from broadcaster.model.screens.settings import (
    FEWEST_LINES,
    LARGEST,
    MOST_LANGUAGES,
    MOST_LINES,
    SMALLEST,
    ScreenBook,
    ScreenSettings,
)
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

_ATTEMPTS = 10
Languages = Annotated[
    list[Annotated[str, Field(max_length=35)]], Field(min_length=1, max_length=MOST_LANGUAGES)
]


class ScreenChange(BaseModel):
    """Body of `PATCH /api/events/{event}/screens/{screen}`.

    What is missing stays; null leaves it to the screen's own address.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    languages: Languages | None = None
    size: float | None = Field(None, ge=SMALLEST, le=LARGEST)
    lines: int | None = Field(None, ge=FEWEST_LINES, le=MOST_LINES)
    blank: bool | None = None

    def given(self) -> dict[str, Any]:
        """The settings that were sent, as fields of `ScreenSettings`."""
        given = self.model_dump(include=self.model_fields_set)
        if given.get("languages") is not None:
            given["languages"] = tuple(dict.fromkeys(given["languages"]))
        return given

    def check(self, event: Event) -> None:
        """Check that the event has the languages.

        Raises:
            UnknownChannel: it has not.
        """
        known = event.channel_ids()
        if not set(self.languages or ()) <= set(known):
            raise UnknownChannel(known)


class ScreenDesk:
    """Handlers of screens.

    Args:
        bus: has the settings.
        screens: knows which ones are connected.
        events: the event records.
        journal: says who changed a screen.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        screens: ConnectedScreens,
        events: Events,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._bus = bus
        self._screens = screens
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/screens", self.read),
            web.patch("/api/events/{event}/screens/{screen}", self.change),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """The connected screens, each with the desk's settings."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        return web.json_response(self._screens.body(event.id), headers=NO_STORE)

    async def change(self, request: web.Request) -> web.Response:
        """Change the settings of one screen, or of all."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        change = await parse(request, ScreenChange)
        change.check(event)
        screen = request.match_info["screen"][:LONGEST_ID]
        settings = await self._write(event.id, screen, change)
        values: Values = {"screen": screen, "fields": tuple(sorted(change.model_fields_set))}
        await self._journal.note(event.id, "screen_changed", actor, values)
        return web.json_response(settings.body(), headers=NO_STORE)

    async def _write(self, event_id: str, screen: str, change: ScreenChange) -> ScreenSettings:
        try:
            _, book, _ = await change_record(
                self._bus,
                keys.screens_record(event_id),
                ScreenBook.from_json,
                ScreenBook(),
                lambda before: before.with_change(screen, change.given()),
                _ATTEMPTS,
            )
        except VersionConflict:
            raise EventChanged from None
        self._screens.take(event_id, book)
        return book.of(screen)
