"""HTTP of the edge: what an attendee page shows, its captions, and its audio by WebSocket."""

from functools import partial

from aiohttp import HttpVersion11, web

from broadcaster.edge.caption_routes import CaptionRoutes
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, channel_of, connection_in
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.inbound import WebSocketInbound
from broadcaster.edge.websocket.listener import EVENT_ENDED
from broadcaster.edge.websocket.outlet import WebSocketOutlet
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import EventState
from broadcaster.model.language import FLOOR, languages
from broadcaster.web.errors import Refused

AUDIO_PROTOCOL = "broadcaster.audio.v1"


class EdgeRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
        frame_ms: packet duration announced in the hello message.
    """

    def __init__(self, rooms: Rooms, frame_ms: int) -> None:
        self._rooms = rooms
        self._frame_ms = frame_ms

    def routes(self) -> list[web.RouteDef]:
        """The routes below `/e/{event}`."""
        return [
            web.get("/e/{event}/info", self.info),
            web.get("/e/{event}/audio/{channel}", self.audio),
            *CaptionRoutes(self._rooms).routes(),
        ]

    async def info(self, request: web.Request) -> web.Response:
        """The channels that a listener can choose."""
        room = await self._rooms.open(request.match_info["event"])
        event = room.event
        interpreted = await languages(channel.language for channel in event.channels)
        channels = [
            {"id": FLOOR, "name": "Original", "english_name": "Original", "dir": "auto"},
            *(
                {
                    "id": language.tag,
                    "name": language.name,
                    "english_name": language.english_name,
                    "dir": language.direction,
                }
                for language in interpreted
            ),
        ]
        body = {"id": event.id, "title": event.title, "state": event.state, "channels": channels}
        return web.json_response(body, headers={"Cache-Control": "no-store", **FROM_ANYWHERE})

    async def audio(self, request: web.Request) -> web.StreamResponse:
        """One channel's sound over a WebSocket; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request, variants=True)
        ws = web.WebSocketResponse(protocols=(AUDIO_PROTOCOL,), compress=False)
        upgrades = request.method == "GET" and request.version >= HttpVersion11
        if not (upgrades and ws.can_prepare(request)):
            raise Refused(
                426,
                "websocket_expected",
                "this address speaks WebSocket",
                hint=f"Connect with the subprotocol {AUDIO_PROTOCOL}.",
                headers={"Upgrade": "websocket"},
            )
        await ws.prepare(request)
        await ws.send_json(
            {
                "type": "hello",
                "event": room.event.id,
                "channel": channel,
                "codec": "opus",
                "sample_rate_hz": 48_000,
                "channels": 1,
                "frame_ms": self._frame_ms,
                "clock_hz": CLOCK_HZ,
            }
        )
        if room.event.state is EventState.CLOSED:
            await ws.close(code=EVENT_ENDED)
            return ws
        transport = connection_in(room, request)
        outlet = room.audio(channel).outlet(WebSocketOutlet, WebSocketOutlet)
        listener = outlet.add(transport)
        await transport.hand_over(WebSocketInbound(partial(outlet.remove, listener)))
        return ws
