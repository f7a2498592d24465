"""HTTP of the captions of a channel."""

import re
from functools import partial

from aiohttp import web

from broadcaster.edge.answers import captions_answer, history_answer
from broadcaster.edge.fanout.caption_history import Position
from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.fanout.caption_messages import id_text, parse_id, state_message
from broadcaster.edge.fanout.framing import framed, reads_chunks
from broadcaster.edge.rooms.ai_words import MADE_BY_AI
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, admit, channel_of, connection_in, loaded
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.inbound import Inbound
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused
from broadcaster.web.pages.encodings import JSON, compressed

MOST_CAPTIONS = 200
"""In one page of the past."""
PAGE_CAPTIONS = 100
"""In one page of the past, unless the client asks for more or fewer."""
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    **FROM_ANYWHERE,
    **MADE_BY_AI,
}
_JSON_HEADERS = {
    "Content-Type": JSON,
    "Cache-Control": "no-store",
    **FROM_ANYWHERE,
    **MADE_BY_AI,
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
        """The routes of a channel's captions: the stream, the past, and answers at once."""
        return [
            web.get("/e/{event}/captions/{channel}", self.captions),
            web.get("/e/{event}/captions/{channel}/history", self.history),
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
        last_seen = request.query.get("after", "")
        after, past = _wanted(request, hub, last_seen)
        page = hub.poll(after, past=past, resumes=parse_id(last_seen) is not None)
        return compressed(request, captions_answer(room, channel, page), _JSON_HEADERS)

    async def history(self, request: web.Request) -> web.Response:
        """The captions before an id, page by page; see docs/protocol.md."""
        limits_of(request).count_poll(client_of(request))
        limit = _count(request, "limit", PAGE_CAPTIONS)
        room, channel = await channel_of(self._rooms, request)
        hub = room.captions(channel)
        await loaded(hub)
        captions, first = hub.earlier(_before(request), limit)
        return compressed(request, history_answer(captions, id_text(first)), _JSON_HEADERS)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """One channel's captions as server-sent events; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request)
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        if request.method == "HEAD":
            return response
        hub = room.captions(channel)
        await loaded(hub)
        last_seen = request.headers.get("Last-Event-ID", "") or request.query.get("after", "")
        after, past = _wanted(request, hub, last_seen)
        admit(request)
        response.force_close()  # when the body ends, its connection does
        await response.prepare(request)
        transport = connection_in(room, request)
        chunked = reads_chunks(request)
        first = _RETRY + state_message(room.state(channel)) + _FILLING
        transport.write(framed(first, chunked=chunked))
        resumes = parse_id(last_seen) is not None
        reader = hub.add(transport, after, past=past, resumes=resumes, chunked=chunked)
        await transport.hand_over(Inbound(partial(hub.remove, reader)))
        return response


def _wanted(request: web.Request, hub: CaptionHub, last_seen: str) -> tuple[Position | None, bool]:
    """The id after which a reader wants to read, and whether it wants what was said before now.

    Raises:
        Refused: 400 `wrong_limit`.
    """
    newest = _count(request, "newest", MOST_CAPTIONS) if "newest" in request.query else None
    after = parse_id(last_seen)
    past = request.query.get("from") != "live" or after is not None
    if after is None and newest is not None:
        after = hub.before_newest(newest)
    return after, past


def _count(request: web.Request, name: str, default: int) -> int:
    """A number of captions.

    Raises:
        Refused: 400 `wrong_limit`.
    """
    text = request.query.get(name, str(default))
    if _COUNT.fullmatch(text) and int(text) <= MOST_CAPTIONS:
        return int(text)
    raise Refused(
        400,
        "wrong_limit",
        f"{name} is not a number of captions that can be asked for",
        hint=f"Ask with {name}=1 to {name}={MOST_CAPTIONS}.",
    )


def _before(request: web.Request) -> Position | None:
    """The id before which a reader wants to read; None for everything.

    Raises:
        Refused: 400 `wrong_id`.
    """
    text = request.query.get("before", "")
    before = parse_id(text)
    if before is None and text:
        raise Refused(
            400,
            "wrong_id",
            "before is not the id of a caption",
            hint="Ask with the before of the last answer, or with the id of a caption.",
        )
    return before
