"""HTTP of the captions of a channel."""

import json
from functools import partial

from aiohttp import web

from broadcaster.edge.fanout.caption_history import Position
from broadcaster.edge.fanout.caption_hub import id_text, parse_id, state_message
from broadcaster.edge.fanout.framing import framed, reads_chunks
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, admit, channel_of, connection_in, loaded
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.inbound import Inbound
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused

_STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    **FROM_ANYWHERE,
}
_POLL_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    **FROM_ANYWHERE,
}
_RETRY = b"retry: 1500\n\n"
_FILLING = b":" + b" " * 4096 + b"\n\n"
"""A comment that fills the buffers of proxies which hold back the first kilobytes of an answer."""


class CaptionRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/e/{event}/captions/{channel}` and `/e/{event}/poll/{channel}`."""
        return [
            web.get("/e/{event}/captions/{channel}", self.captions),
            web.get("/e/{event}/poll/{channel}", self.poll),
        ]

    async def captions(self, request: web.Request) -> web.StreamResponse:
        """One channel's captions as a stream, or with `?wait=0` as an answer that ends."""
        wait_s = request.query.get("wait")
        if wait_s is None:
            return await self._stream(request)
        if wait_s != "0":
            raise Refused(
                400,
                "wrong_wait",
                "captions cannot be waited for",
                hint="Ask with wait=0 and again a second later, or read the stream without wait.",
            )
        return await self.poll(request)

    async def poll(self, request: web.Request) -> web.Response:
        """The captions after an id, at once and as JSON; see docs/protocol.md."""
        limits_of(request).count_poll(client_of(request))
        room, channel = await channel_of(self._rooms, request)
        hub = room.captions(channel)
        await loaded(hub)
        after = parse_id(request.query.get("after", ""))
        page = hub.poll(after, past=_wants_past(request, after))
        head = {
            "state": room.state(channel),
            "after": id_text(page.after),
            "more": page.more,
        }
        text = json.dumps(head).encode().removesuffix(b"}")
        body = text + b', "captions": [' + b", ".join(page.captions) + b"]}"
        return web.Response(body=body, headers=_POLL_HEADERS)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """One channel's captions as server-sent events; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request)
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        if request.method == "HEAD":
            return response
        hub = room.captions(channel)
        await loaded(hub)
        admit(request)
        response.force_close()  # when the body ends, its connection does
        await response.prepare(request)
        transport = connection_in(room, request)
        chunked = reads_chunks(request)
        last_seen = request.headers.get("Last-Event-ID", "") or request.query.get("after", "")
        after = parse_id(last_seen)
        first = _RETRY + state_message(room.state(channel)) + _FILLING
        transport.write(framed(first, chunked=chunked))
        past = _wants_past(request, after)
        reader = hub.add(transport, after, past=past, chunked=chunked)
        await transport.hand_over(Inbound(partial(hub.remove, reader)))
        return response


def _wants_past(request: web.Request, after: Position | None) -> bool:
    return request.query.get("from") != "live" or after is not None
