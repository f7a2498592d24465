"""HTTP of the edge: what an attendee page shows, and its captions."""

from aiohttp import web

from broadcaster.edge.announcement_routes import SeenRoutes
from broadcaster.edge.answers import info_answer
from broadcaster.edge.attendee_page import AttendeePage
from broadcaster.edge.caption_routes import CaptionRoutes
from broadcaster.edge.data_source import DataSourceRoutes
from broadcaster.edge.install_routes import InstallRoutes
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.transcript.routes import TranscriptRoutes
from broadcaster.model.ports import Clock
from broadcaster.web.pages.encodings import JSON, compressed


class EdgeRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
        clock: the time.
        provider: the name of the service that interprets, or empty.
    """

    def __init__(self, rooms: Rooms, clock: Clock, provider: str = "") -> None:
        self._rooms = rooms
        self._provider = provider
        self._clock = clock
        self.transcripts = TranscriptRoutes(rooms, clock)

    def routes(self) -> list[web.RouteDef]:
        """The routes of an event's page, its information, its captions and its transcripts.

        That of the service worker comes before `/e/{event}`, which would match it.
        """
        return [
            *InstallRoutes(self._rooms).routes(),
            web.get("/e/{event}", AttendeePage(self._rooms, self._provider).send),
            web.get("/e/{event}/info", self.info),
            *CaptionRoutes(self._rooms).routes(),
            *SeenRoutes(self._rooms).routes(),
            *self.transcripts.routes(),
            *DataSourceRoutes(self._rooms, self._clock).routes(),
        ]

    async def run(self) -> None:
        """Drop what is kept of captions that nobody asks for any more, until cancelled."""
        await self.transcripts.kept.run()

    async def info(self, request: web.Request) -> web.Response:
        """The channels that a listener can choose, and what the page says about the event."""
        room = await room_of(self._rooms, request)
        headers = {"Cache-Control": "no-store", "Content-Type": JSON, **FROM_ANYWHERE}
        return compressed(request, await info_answer(room, self._provider), headers)
