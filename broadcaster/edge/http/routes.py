"""A channel's sound as an endless HTTP response."""

import asyncio
import re
from contextlib import suppress

from aiohttp import web

from broadcaster.edge.fanout.framing import reads_chunks
from broadcaster.edge.fanout.outlet import OutletTools
from broadcaster.edge.http.formats import FORMATS, HttpFormat, format_of
from broadcaster.edge.http.listener import StreamForm
from broadcaster.edge.http.stream import HttpStream
from broadcaster.edge.rooms.ai_words import AI_DISCLOSURE, MADE_BY_AI, ai_notice, station_name
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.requests import admit, room_of, with_small_buffer
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.language import FLOOR
from broadcaster.model.variant import ChannelVariant
from broadcaster.web.errors import Refused

READY_TIMEOUT_S = 5.0
FINISH_TIMEOUT_S = 5.0
_BACKLOG_MS = re.compile(r"[0-9]{1,4}")
_ADDRESS = "/listen/{event}/{channel}.{format}"


class HttpAudioRoutes:
    """The handlers of one edge process."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/listen/{event}/{channel}.{format}`."""
        return [web.get(_ADDRESS, self.listen), web.options(_ADDRESS, allow_metadata)]

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """One channel's sound as an endless file for `<audio>` and players; see docs/protocol.md.

        Ranges are ignored (RFC 9110 §14.2): a live stream has nothing to resume. iOS asks for
        `bytes=0-1` first and plays a stream that answers 200 to that.
        """
        event_id, channel = request.match_info["event"], request.match_info["channel"]
        await room_of(self._rooms, request)
        room = await self._rooms.open_sound(event_id, channel)
        audio_format = format_of(request.match_info["format"], channel)
        if audio_format is None:
            raise Refused(
                404,
                "unknown_format",
                "the sound is not available in this format",
                hint="End the address in " + " or ".join(f".{name}" for name in FORMATS) + ".",
            )
        backlog_ms = _backlog_ms(request)
        icy = bool(audio_format.metaint) and request.headers.get("Icy-MetaData") == "1"
        response = web.StreamResponse(headers=_headers(audio_format, room, channel, icy=icy))
        if request.method == "HEAD":
            return response
        response.force_close()
        if icy:
            await _captions_loaded(room, channel)
            room = await self._rooms.open_sound(event_id, channel)
        stream = await _ready_stream(room, channel, audio_format)
        room.event.refuse_if_over()
        admit(request)
        await response.prepare(request)
        form = StreamForm(reads_chunks(request), icy)
        listener = await stream.add(with_small_buffer(request), form, backlog_ms)
        try:
            await listener.ended.wait()
        finally:
            stream.remove(listener)
        await _finish(response, request)
        return response


def _backlog_ms(request: web.Request) -> int | None:
    """The sound that a player wants at once at most, from `?backlog_ms=`; None for all there is.

    Raises:
        Refused: 400 `wrong_backlog`.
    """
    text = request.query.get("backlog_ms")
    if text is None:
        return None
    if _BACKLOG_MS.fullmatch(text):
        return int(text)
    raise Refused(
        400,
        "wrong_backlog",
        "backlog_ms is not a number of milliseconds",
        hint="Ask with backlog_ms=0 to backlog_ms=9999, or without it.",
    )


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
    """Wait for the captions, but not long: the first title is the present caption."""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_TIMEOUT_S):
            await room.captions(ChannelVariant.parse(channel).channel).loaded.wait()


async def _finish(response: web.StreamResponse, request: web.Request) -> None:
    """End the body; a player that does not read any more is disconnected."""
    try:
        async with asyncio.timeout(FINISH_TIMEOUT_S):
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()


async def _ready_stream(room: EventRoom, channel: str, audio_format: HttpFormat) -> HttpStream:
    language = ChannelVariant.parse(channel).channel

    def title() -> str:
        """The present caption; before the first one, the sentence about AI."""
        return room.captions(language).newest or _notice(room, channel)

    def make(tools: OutletTools) -> HttpStream:
        return HttpStream(audio_format, title, tools, _tags(room, channel))

    stream = room.audio(channel).outlet(HttpStream, make, audio_format.name)
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            await stream.ready.wait()
    except TimeoutError:
        raise Refused(
            503,
            "sound_not_ready",
            "the server cannot prepare the sound right now",
            hint="Try again in a few seconds.",
            headers={"Retry-After": "3"},
        ) from None
    return stream


def _notice(room: EventRoom, channel: str) -> str:
    """The sentence about AI; the floor's sound is nobody's but the speaker's."""
    return "" if ChannelVariant.parse(channel).channel == FLOOR else ai_notice(room, channel)


def _tags(room: EventRoom, channel: str) -> dict[str, str]:
    """Comments of a stream that can carry them, by their Vorbis names."""
    tags = {"TITLE": station_name(room, channel), "DESCRIPTION": _notice(room, channel)}
    return {name: text for name, text in tags.items() if text}


def _headers(
    audio_format: HttpFormat, room: EventRoom, channel: str, *, icy: bool
) -> dict[str, str]:
    """Headers of the response.

    Args:
        audio_format: of the sound.
        room: of the event.
        channel: that is heard.
        icy: whether the client asked for metadata.
    """
    exposed = ["icy-br", "icy-metaint", "icy-name"]
    headers = {
        "Content-Type": audio_format.content_type,
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
        "X-Accel-Buffering": "no",
        "Access-Control-Allow-Origin": "*",
        "icy-name": station_name(room, channel),
    }
    if ChannelVariant.parse(channel).channel != FLOOR:
        headers |= MADE_BY_AI
        exposed.append(AI_DISCLOSURE)
    headers["Access-Control-Expose-Headers"] = ", ".join(exposed)
    if audio_format.kbps:
        headers["icy-br"] = str(audio_format.kbps)
    if icy:
        headers["icy-metaint"] = str(audio_format.metaint)
    return headers
