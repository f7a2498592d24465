"""`/api/events/{event}/announcements`: the announcements of an event."""

from aiohttp import web

from broadcaster.desk.announcements.bodies import AnnouncementChange, NewAnnouncement
from broadcaster.desk.announcements.records import AnnouncementDesk
from broadcaster.desk.announcements.shown import ShownAnnouncements
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class AnnouncementRoutes:
    """Handlers of announcements.

    Args:
        desk: writes them.
        shown: knows how many phones have them.
        events: the event records.
        organizer: decides who may.
    """

    def __init__(
        self,
        desk: AnnouncementDesk,
        shown: ShownAnnouncements,
        events: Events,
        organizer: Organizer,
    ) -> None:
        self._desk = desk
        self._shown = shown
        self._events = events
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        one = "/api/events/{event}/announcements/{announcement}"
        return [
            web.get("/api/events/{event}/announcements", self.read),
            web.post("/api/events/{event}/announcements", self.announce),
            web.patch(one, self.change),
            web.delete(one, self.withdraw),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """All announcements, the newest first."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        book = await self._desk.book(event.id)
        return web.json_response(self._shown.body(event.id, book), headers=NO_STORE)

    async def announce(self, request: web.Request) -> web.Response:
        """Show an announcement to the audience."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        event.refuse_if_over()
        made = await self._desk.announce(event.id, await parse(request, NewAnnouncement), actor)
        address = f"/api/events/{event.id}/announcements/{made.id}"
        headers = {**NO_STORE, "Location": address}
        return web.json_response(self._shown.shown(event.id, made), status=201, headers=headers)

    async def change(self, request: web.Request) -> web.Response:
        """Correct an announcement, withdraw it, or show a withdrawn one again."""
        self._organizer.authorize(request)
        return await self._change(request, await parse(request, AnnouncementChange))

    async def withdraw(self, request: web.Request) -> web.Response:
        """Take an announcement back."""
        return await self._change(request, AnnouncementChange(withdrawn=True))

    async def _change(self, request: web.Request, change: AnnouncementChange) -> web.Response:
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        if not change.withdrawn:
            event.refuse_if_over()
        announcement_id = request.match_info["announcement"]
        after = await self._desk.change(event.id, announcement_id, change, actor)
        return web.json_response(self._shown.shown(event.id, after), headers=NO_STORE)
