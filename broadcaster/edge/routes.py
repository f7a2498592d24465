"""HTTP of the edge: what an attendee page shows, and its captions."""

from aiohttp import web

from broadcaster.edge.caption_routes import CaptionRoutes
from broadcaster.edge.rooms.requests import FROM_ANYWHERE
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.language import FLOOR, languages


class EdgeRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The routes of an event's information and of its captions."""
        return [
            web.get("/e/{event}/info", self.info),
            *CaptionRoutes(self._rooms).routes(),
        ]

    async def info(self, request: web.Request) -> web.Response:
        """The channels that a listener can choose."""
        room = await self._rooms.open(request.match_info["event"])
        event = room.event
        interpreted = await languages(channel.language for channel in event.channels)
        spoken = room.floor_language
        floor = {"id": FLOOR, "name": "Original", "english_name": "Original", "dir": "auto"}
        channels = [
            floor | ({"language": spoken} if spoken else {}),
            *(
                {
                    "id": language.tag,
                    "name": language.name,
                    "english_name": language.english_name,
                    "dir": language.direction,
                    "interpreter": "ai",
                }
                for language in interpreted
            ),
        ]
        body = {"id": event.id, "title": event.title, "state": event.state, "channels": channels}
        return web.json_response(body, headers={"Cache-Control": "no-store", **FROM_ANYWHERE})
