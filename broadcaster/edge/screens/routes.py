"""HTTP of the screens: their pages, the stream of one of them, and the code in its corner."""

import io
import re
from urllib.parse import quote

import segno
from aiohttp import web
from aiohttp.typedefs import Handler

from broadcaster.edge.rooms.requests import admit, room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.screens.stream import MONITOR, ScreenStream
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.screens.open_screens import LONGEST_ID, LONGEST_NAME, OpenScreen
from broadcaster.model.screens.settings import ALL
from broadcaster.web.assets import assets
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused

_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}")
_RETRY = b"retry: 2000\n\n"
_STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class ScreenRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events are.
        bus: has the signals of interpreters.
        clock: the time.
        screen: sends the page of a screen.
        monitor: sends that of the stage monitor.
        public_url: the beginning of all links; None takes the address of the request.
    """

    def __init__(
        self,
        rooms: Rooms,
        bus: Bus,
        clock: Clock,
        screen: Handler,
        monitor: Handler,
        public_url: str | None,
    ) -> None:
        self._rooms = rooms
        self._bus = bus
        self._clock = clock
        self._screen = screen
        self._monitor = monitor
        self._public_url = public_url

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/screen/{event}", self._screen),
            web.get("/monitor/{event}", self._monitor),
            web.get("/e/{event}/screens/{screen}", self.stream),
            web.get("/e/{event}/qr.svg", self.code),
        ]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The settings of a screen as server-sent events; see docs/screens.md.

        Raises:
            Refused: 400 `wrong_screen`, 503 `too_many_screens`; and what `room_of` and `admit`
                raise.
        """
        room = await room_of(self._rooms, request)
        screen = _screen_of(request)
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        if request.method == "HEAD":
            return response
        with room.screens.connected(screen):
            admit(request)
            response.force_close()
            await response.prepare(request)
            await response.write(_RETRY)
            stream = ScreenStream(room, screen, assets().version, self._bus, self._clock)
            await stream.write(request, response)
        return response

    async def code(self, request: web.Request) -> web.Response:
        """The attendees' link as a QR code."""
        limits_of(request).count_poll(client_of(request))
        event = (await room_of(self._rooms, request)).event
        base = self._public_url or f"{client_of(request).scheme}://{request.host}"
        image = io.BytesIO()
        link = f"{base.rstrip('/')}/e/{quote(event.id)}"
        segno.make(link, error="m", micro=False).save(
            image, kind="svg", scale=8, border=4, light="#fff"
        )
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=image.getvalue(), content_type="image/svg+xml", headers=headers)


def _screen_of(request: web.Request) -> OpenScreen:
    """The screen as its request describes it.

    Raises:
        Refused: 400 `wrong_screen`.
    """
    screen, query = request.match_info["screen"], request.query
    kind = query.get("kind", "screen")
    name, shows = query.get("name", ""), query.get("shows", "")
    known = _ID.fullmatch(screen) and screen != ALL and kind in {"screen", MONITOR}
    if not known or max(len(name), len(shows)) > LONGEST_NAME or not (name + shows).isprintable():
        raise Refused(
            400,
            "wrong_screen",
            "a screen cannot be called so",
            hint=f"Take letters, digits and hyphens, at most {LONGEST_ID}.",
        )
    return OpenScreen(screen, name, kind, shows)
