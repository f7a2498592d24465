"""The edge's HTTP routes: event info, sound by WebSocket, captions by SSE."""

import asyncio
from functools import partial

from aiohttp import web

from broadcaster.edge.fanout.caption_hub import parse_id, state_message
from broadcaster.edge.rooms.requests import channel_of, connection_in
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.inbound import Inbound, WebSocketInbound
from broadcaster.edge.websocket.listener import EVENT_ENDED
from broadcaster.edge.websocket.outlet import WebSocketOutlet
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import EventState
from broadcaster.model.language import FLOOR, languages
from broadcaster.web.errors import Refused

AUDIO_PROTOCOL = "broadcaster.audio.v1"
LOAD_TIMEOUT_S = 5.0
_FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
"""CORS: a page of another address may show an event and its captions, which need no key."""


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
            web.get("/e/{event}/captions/{channel}", self.captions),
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
        return web.json_response(body, headers={"Cache-Control": "no-store", **_FROM_ANYWHERE})

    async def audio(self, request: web.Request) -> web.StreamResponse:
        """One channel's sound over a WebSocket; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request, variants=True)
        ws = web.WebSocketResponse(protocols=(AUDIO_PROTOCOL,), compress=False)
        if not ws.can_prepare(request):
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

    async def captions(self, request: web.Request) -> web.StreamResponse:
        """One channel's captions as server-sent events; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request)
        hub = room.captions(channel)
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                await hub.loaded.wait()
        except TimeoutError:
            raise Refused(
                503,
                "bus_unavailable",
                "the server cannot read the captions right now",
                hint="They appear as soon as the server reaches its message bus.",
                headers={"Retry-After": "3"},
            ) from None
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
                **_FROM_ANYWHERE,
            }
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"retry: 1500\n\n")
        transport = connection_in(room, request)
        after = parse_id(request.headers.get("Last-Event-ID", ""))
        transport.write(state_message(room.state(channel)))
        past = request.query.get("from") != "live" or after is not None
        reader = hub.add(transport, after, past=past)
        await transport.hand_over(Inbound(partial(hub.remove, reader)))
        return response
