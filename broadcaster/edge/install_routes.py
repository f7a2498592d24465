"""HTTP of what a browser keeps of the attendee page: its manifest and its service worker."""

import json
from itertools import islice

from aiohttp import web

from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.requests import room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.language import languages
from broadcaster.web.assets import ASKED_EVERY_TIME, assets

PAPER = "#f6f5f1"
"""The page's background in light colours; see `shared/tokens.css`."""
_SERVICE_WORKER = "offline/service-worker.js"
_MOST_SHORTCUTS = 4
"""Android shows no more."""
_ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/maskable-512.png", "512x512", "maskable"),
    ("shared/icon.svg", "any", "any"),
)


class InstallRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The routes of the service worker and of an event's manifest."""
        return [
            web.get("/e/service-worker.js", self.service_worker),
            web.get("/e/{event}/manifest.webmanifest", self.manifest),
        ]

    async def service_worker(self, request: web.Request) -> web.Response:
        """The script that has a page for no network.

        It may act on addresses below its own folder, which are those of events. The version of the
        pages is in it, so a browser notices a new one.
        """
        return assets().sent[_SERVICE_WORKER].answer(request)

    async def manifest(self, request: web.Request) -> web.Response:
        """The event as one of the apps of a phone (W3C Web Application Manifest)."""
        room = await room_of(self._rooms, request)
        language = request.query.get("language", "")
        if f"i18n/{language}.json" not in assets().sources:
            language = "en"
        headers = {
            "Cache-Control": f"private, {ASKED_EVERY_TIME}",
            "Content-Type": "application/manifest+json",
        }
        body = await _manifest(room, language)
        return web.Response(body=json.dumps(body).encode(), headers=headers)


async def _manifest(room: EventRoom, language: str) -> dict[str, object]:
    event, files = room.event, assets()
    address = f"/e/{event.id}"
    channels = islice(event.channels, _MOST_SHORTCUTS)
    shortcuts = await languages(channel.language for channel in channels)
    return {
        "id": address,
        "name": event.title,
        "start_url": address,
        "scope": address,
        "display": "standalone",
        "lang": language,
        "dir": "auto",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {
                "src": files.address(path),
                "sizes": sizes,
                "type": files.sources[path].media_type,
                "purpose": purpose,
            }
            for path, sizes, purpose in _ICONS
        ],
        "shortcuts": [{"name": one.name, "url": f"{address}?lang={one.tag}"} for one in shortcuts],
    }
