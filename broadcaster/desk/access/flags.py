"""Flags on passages that were interpreted badly: `POST /api/events/{event}/flags`.

A flag is an entry of the event's log. It says where the passage is and never what was said.
"""

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import UnknownChannel
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

FLAGGED = "passage_flagged"
_LONGEST_MS = 10 * 365 * 24 * 3600 * 1000


class Flag(BaseModel):
    """Body of `POST /api/events/{event}/flags`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: str = Field(max_length=35)
    position_ms: int | None = Field(None, ge=0, le=_LONGEST_MS)
    caption: str | None = Field(None, pattern=r"^[0-9]{1,20}-[0-9]{1,10}$")


class FlagRoutes:
    """The handler of flags.

    Args:
        events: the event records.
        journal: keeps the flags.
        organizer: decides who may.
    """

    def __init__(self, events: Events, journal: Journal, organizer: Organizer) -> None:
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/api/events/{event}/flags", self.flag)]

    async def flag(self, request: web.Request) -> web.Response:
        """Flag a passage of a channel; without a position the one of now, by the log's time."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        flag = await parse(request, Flag)
        if flag.channel not in event.channel_ids():
            raise UnknownChannel(event.channel_ids())
        values: Values = flag.model_dump(exclude_none=True)
        await self._journal.note(event.id, FLAGGED, actor, values)
        return web.Response(status=204, headers=NO_STORE)
