"""HTTP of the edge: a channel's sound as an endless file."""

import asyncio
from contextlib import suppress

from aiohttp import HttpVersion11, web

from broadcaster.edge.http.formats import FORMATS, HttpFormat
from broadcaster.edge.http.listener import Rendition
from broadcaster.edge.http.stream import HttpStream
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.requests import small_buffer
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.errors import Refused
from broadcaster.model.variant import ChannelVariant

READY_TIMEOUT_S = 5.0
FINISH_TIMEOUT_S = 5.0
_ADDRESS = "/listen/{event}/{channel}.{form}"


class HttpAudioRoutes:
    """Handlers of one edge process."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """What an application mounts."""
        return [web.get(_ADDRESS, self.listen), web.options(_ADDRESS, allow_metadata)]

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """One channel's sound as an endless file for `<audio>` and players; see docs/protocol.md.

        Ranges are ignored (RFC 9110 §14.2): of a live stream there is nothing to resume, and iOS,
        which asks for `bytes=0-1` first, plays what answers 200 to that.
        """
        event_id, channel = request.match_info["event"], request.match_info["channel"]
        room = await self._rooms.open_sound(event_id, channel)
        form = FORMATS.get(request.match_info["form"])
        if form is None:
            raise Refused(
                404,
                "unknown_format",
                "there is no such form of the sound",
                hint="End the address in " + " or ".join(f".{name}" for name in FORMATS) + ".",
            )
        icy = bool(form.metaint) and request.headers.get("Icy-MetaData") == "1"
        response = web.StreamResponse(headers=_headers(form, room.event.title, icy=icy))
        chunked = request.version >= HttpVersion11
        if chunked:
            response.enable_chunked_encoding()
        response.force_close()
        if request.method == "HEAD":
            return response
        if icy:
            await _captions_loaded(room, channel)
            room = await self._rooms.open_sound(event_id, channel)
        stream = await _ready_stream(room, channel, form)
        room.event.refuse_if_over()
        await response.prepare(request)
        listener = await stream.add(small_buffer(request), Rendition(chunked, icy))
        try:
            await listener.ended.wait()
        finally:
            stream.remove(listener)
        await _finish(response, request)
        return response


async def allow_metadata(_request: web.Request) -> web.Response:
    """CORS: a page elsewhere may play the sound and ask for its metadata."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "Icy-MetaData, Range",
            "Access-Control-Max-Age": "86400",
        },
    )


async def _captions_loaded(room: EventRoom, channel: str) -> None:
    """The first title is the caption of now; without it the sound is not kept waiting for long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_TIMEOUT_S):
            await room.captions(ChannelVariant.parse(channel).channel).loaded.wait()


async def _finish(response: web.StreamResponse, request: web.Request) -> None:
    """End the body; a player that does not read it any more is not waited for."""
    try:
        async with asyncio.timeout(FINISH_TIMEOUT_S):
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()


async def _ready_stream(room: EventRoom, channel: str, form: HttpFormat) -> HttpStream:
    stream = room.stream(channel, form)
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            await stream.ready.wait()
    except TimeoutError:
        raise Refused(
            503,
            "sound_not_ready",
            "the sound cannot be prepared right now",
            hint="Try again in a few seconds.",
            headers={"Retry-After": "3"},
        ) from None
    return stream


def _headers(form: HttpFormat, title: str, *, icy: bool) -> dict[str, str]:
    """Headers of the response.

    Args:
        form: of the sound.
        title: the event's, shown by players as the station's name.
        icy: whether the client asked for metadata.
    """
    headers = {
        "Content-Type": form.content_type,
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
        "X-Accel-Buffering": "no",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "icy-br, icy-metaint, icy-name",
        "icy-name": " ".join(title.split()),
    }
    if form.kbps:
        headers["icy-br"] = str(form.kbps)
    if icy:
        headers["icy-metaint"] = str(form.metaint)
    return headers
