"""`POST /e/{event}/announcements/{announcement}`: a phone says that it has an announcement."""

from aiohttp import web

from broadcaster.edge.rooms.requests import room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.announcements.seen import SeenCounts
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused

_DIGITS = 9
_NO_STORE = {"Cache-Control": "no-store"}


class SeenRoutes:
    """The handler of one edge process.

    Args:
        rooms: where events are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/e/{event}/announcements/{announcement}", self.seen)]

    async def seen(self, request: web.Request) -> web.Response:
        """Count a phone. It is not said which one, and nothing else is kept of it.

        Raises:
            Refused: 400 `wrong_version`, 429 `too_many_questions`; and what `room_of` raises.
            EventOver: the event is closed.
            UnknownAnnouncement: it is not shown now.
        """
        limits_of(request).count_poll(client_of(request))
        room = await room_of(self._rooms, request)
        given = request.query.get("version", "")
        if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
            raise Refused(
                400,
                "wrong_version",
                "version is not that of an announcement",
                hint="Send the version that the announcement came with.",
            )
        seen = SeenCounts(
            int(given),
            received=int("received" in request.query),
            shown=int("shown" in request.query),
        )
        room.announcements.count(room.event, request.match_info["announcement"], seen)
        return web.Response(status=204, headers=_NO_STORE)
