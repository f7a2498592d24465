"""HTTP of the captions of a channel."""

import asyncio
from functools import partial

from aiohttp import web

from broadcaster.edge.fanout.caption_hub import CaptionHub, parse_id, state_message
from broadcaster.edge.fanout.framing import framed, reads_chunks
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, channel_of, connection_in
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.inbound import Inbound
from broadcaster.web.errors import Refused

LOAD_TIMEOUT_S = 5.0
_STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    **FROM_ANYWHERE,
}
_RETRY = b"retry: 1500\n\n"


class CaptionRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/e/{event}/captions/{channel}`."""
        return [web.get("/e/{event}/captions/{channel}", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """One channel's captions as server-sent events; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request)
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        if request.method == "HEAD":
            return response
        hub = room.captions(channel)
        await _loaded(hub)
        await response.prepare(request)
        transport = connection_in(room, request)
        chunked = reads_chunks(request)
        after = parse_id(request.headers.get("Last-Event-ID", ""))
        first = _RETRY + state_message(room.state(channel))
        transport.write(framed(first, chunked=chunked))
        past = request.query.get("from") != "live" or after is not None
        reader = hub.add(transport, after, past=past, chunked=chunked)
        await transport.hand_over(Inbound(partial(hub.remove, reader)))
        return response


async def _loaded(hub: CaptionHub) -> None:
    """Wait until the captions so far are in memory.

    Raises:
        Refused: 503 `bus_unavailable`.
    """
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
