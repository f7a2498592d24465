"""`/api/events/{event}/recordings.mkv` and `.mp4`: all languages, made while they are sent."""

import asyncio
import logging
import sys
from collections.abc import Mapping

from aiohttp import web

from broadcaster.audio.joined.order import (
    Container,
    JoinedTrack,
    JoinOrder,
    Stretch,
    Subtitle,
)
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.recordings.captions import captions_of_parts, in_part
from broadcaster.desk.recordings.file_range import write_piece
from broadcaster.desk.recordings.library import RecordedFile, RecordedPart, RecordingLibrary
from broadcaster.model.audio import samples_to_ms
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR, bibliographic_code, describe, terminological_code
from broadcaster.model.ports import Bus
from broadcaster.model.transcripts.notices import file_notice
from broadcaster.system.child_process import child
from broadcaster.transcripts.cues import cues_of
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

log = logging.getLogger("broadcaster.desk")

AT_ONCE = 2
"""Each one needs a core and 60 MB while the client takes it."""
ORIGINAL = "Original"
_PIECE_BYTES = 256 * 1024
_TYPES = {
    "mkv": (Container.MATROSKA, "video/x-matroska"),
    "mp4": (Container.MP4, "video/mp4"),
}
"""The kind and the media type of a file, by its ending."""
_JOINER = (sys.executable, "-m", "broadcaster.audio.joined.joiner")


class JoinedRoutes:
    """The handler of joined files.

    Args:
        bus: has the captions.
        library: has the files.
        events: the event records.
        organizer: decides who may.
    """

    def __init__(
        self, bus: Bus, library: RecordingLibrary, events: Events, organizer: Organizer
    ) -> None:
        self._bus = bus
        self._library = library
        self._events = events
        self._organizer = organizer
        self._running = 0

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.get(f"/api/events/{{event}}/recordings.{one}", self.joined) for one in _TYPES]

    async def joined(self, request: web.Request) -> web.StreamResponse:
        """All parts in one file, with a track of sound and one of subtitles for each channel."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        found = await asyncio.to_thread(self._library.parts, event.id)
        parts = [part for part in found if any(file.samples for file in part.files)]
        if not parts:
            raise await asyncio.to_thread(self._library.nothing_found)
        ending = request.path.rpartition(".")[2]
        container, media_type = _TYPES[ending]
        name = f'attachment; filename="{event.id}.{ending}"'
        headers = {"Content-Type": media_type, "Content-Disposition": name, **NO_STORE}
        response = web.StreamResponse(headers=headers)
        if request.method == "HEAD":
            return response
        if self._running >= AT_ONCE:
            raise Refused(
                503,
                "too_many_downloads",
                "others are downloading joined recordings",
                hint="Try again when they have finished, or download the ZIP file.",
                headers={"Retry-After": "60"},
            )
        self._running += 1
        try:
            captions = await captions_of_parts(self._bus, event.id, parts)
            order = await asyncio.to_thread(order_of, event, parts, captions, container)
            await response.prepare(request)
            await self._send(request, response, order)
        finally:
            self._running -= 1
        return response

    async def _send(
        self, request: web.Request, response: web.StreamResponse, order: JoinOrder
    ) -> None:
        pipe = asyncio.subprocess.PIPE
        async with child(_JOINER, stdin=pipe, stdout=pipe) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(order.to_json())
            process.stdin.close()
            try:
                while piece := await process.stdout.read(_PIECE_BYTES):
                    await write_piece(response, piece)
            except ConnectionError:
                return
            if await process.wait():
                log.warning("a joined file of %s ends early", request.match_info["event"])
                if request.transport is not None:
                    request.transport.abort()


def order_of(
    event: Event,
    parts: list[RecordedPart],
    captions: Mapping[str, list[Caption]],
    container: Container,
) -> JoinOrder:
    """The order for a file of all parts, with the floor as its first track.

    Args:
        event: whose recording it is.
        parts: at least one, with a file that has sound.
        captions: of all channels, on the event clock.
        container: the kind of file.
    """
    code_of = bibliographic_code if container is Container.MATROSKA else terminological_code
    files: dict[str, list[tuple[int, RecordedFile]]] = {FLOOR: []}
    for part in parts:
        for file in part.files:
            if file.samples:
                files.setdefault(file.channel, []).append((part.part.start, file))
    start = min(at for found in files.values() for at, _ in found)
    end = max(at + file.samples for found in files.values() for at, file in found)
    tracks = []
    for channel, found in files.items():
        if found:
            tag = event.source_language if channel == FLOOR else channel
            title = ORIGINAL if channel == FLOOR else describe(channel).english_name
            stretches = tuple(Stretch(str(file.path), at) for at, file in found)
            spoken = in_part(captions[channel], samples_to_ms(start), samples_to_ms(end - start))
            texts = tuple(
                Subtitle(cue.start_ms, cue.end_ms, "\n".join(cue.lines))
                for cue in cues_of(spoken, names=True)
            )
            tracks.append(JoinedTrack(title, code_of(tag or ""), stretches, texts))
    comment = file_notice(event, FLOOR)
    return JoinOrder(event.title, comment, start, end, tuple(tracks), container)
