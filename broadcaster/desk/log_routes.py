"""The log of an event, and the one of the installation, by the API."""

from dataclasses import asdict

from aiohttp import web

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

_USUAL, _MOST = 100, 500
_DIGITS = 15
"""Of the longest number that every client can write."""


class LogRoutes:
    """Handlers of the logs.

    Args:
        journal: has the logs.
        events: knows which events there are.
        organizer: every call must be the organizer's.
    """

    def __init__(self, journal: Journal, events: Events, organizer: Organizer) -> None:
        self._journal = journal
        self._events = events
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/log", self.of_event),
            web.get("/api/log", self.of_installation),
        ]

    async def of_event(self, request: web.Request) -> web.Response:
        """A page of an event's log, newest first."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        return await self._page(request, stored.event.id)

    async def of_installation(self, request: web.Request) -> web.Response:
        """A page of the log of what belongs to no event."""
        self._organizer.authorize(request)
        return await self._page(request, None)

    async def _page(self, request: web.Request, event_id: str | None) -> web.Response:
        before = _number(request, "before", None)
        limit = min(_number(request, "limit", _USUAL) or _USUAL, _MOST)
        record = await self._journal.read(event_id)
        entries = record.before(before, limit)
        more = bool(entries) and entries[-1] != record.entries[0]
        body = {
            "entries": [asdict(entry) for entry in entries],
            "before": entries[-1].number if more else None,
            "dropped": record.dropped,
        }
        return web.json_response(body, headers=NO_STORE)


def _number(request: web.Request, name: str, usual: int | None) -> int | None:
    """A positive number of the address.

    Raises:
        Refused: 422 `bad_request`.
    """
    given = request.query.get(name)
    if given is None:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS and int(given) > 0):
        raise Refused(
            422,
            "bad_request",
            f"{name} must be a whole number from 1",
            hint="See /api/openapi.yaml.",
        )
    return int(given)
