"""HTTP of a channel's past: a search, and files to keep."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiohttp import web

from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.rooms.ai_words import MADE_BY_AI, ai_notice
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, channel_of, loaded
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.transcript.kept import KeptPasts, TranscriptFile
from broadcaster.edge.transcript.past import PastCaption
from broadcaster.edge.transcript.search import Match, find
from broadcaster.errors import DownloadsOff
from broadcaster.model.language import FLOOR, languages
from broadcaster.model.ports import Clock
from broadcaster.model.transcripts.clocks import TranscriptClock
from broadcaster.transcripts.original_clock import on_original_clock
from broadcaster.transcripts.text_types import TEXT_TYPES, Column, transcript_text
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused
from broadcaster.writing.scripts import spaces_between_words

LONGEST_QUERY = 100
MOST_WAITING = 16
"""Searches and files that are being made or wait for that; more are refused."""
FILE_DEADLINE_S = 10.0
_HEADERS = {"Cache-Control": "no-store", **FROM_ANYWHERE, **MADE_BY_AI}
Result = TypeVar("Result")


class TranscriptRoutes:
    """The handlers of one edge process.

    Args:
        rooms: where events and their channels are.
        clock: the time.
    """

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms = rooms
        self.kept = KeptPasts(clock)
        """Captions and files that were asked for lately."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="transcript")
        self._waiting = 0
        self._making_file = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """The routes of `/e/{event}/search/{channel}` and `/e/{event}/transcript/{channel}.…`."""
        return [
            web.get("/e/{event}/search/{channel}", self.search),
            web.get(
                f"/e/{{event}}/transcript/{{channel}}.{{file_type:{'|'.join(TEXT_TYPES)}}}",
                self.transcript,
            ),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """Where words were said; see docs/protocol.md."""
        limits_of(request).count_search(client_of(request))
        room, channel = await channel_of(self._rooms, request)
        hub = room.captions(channel)
        await loaded(hub)
        past = self.kept.past_of(hub, channel).captions
        query = past.fold(request.query.get("q", "")[: LONGEST_QUERY + 1])
        if not 0 < len(query) <= LONGEST_QUERY:
            raise Refused(
                400,
                "wrong_query",
                "there is nothing to search for, or too much",
                hint=f"Send q with 1 to {LONGEST_QUERY} characters.",
            )
        separator = " " if spaces_between_words(channel) else ""
        found = await self._in_thread(
            hub, lambda messages: find(past.update(messages), query, separator=separator)
        )
        body = {"matches": [_match(match) for match in found.matches], "more": found.more}
        return web.json_response(body, headers=_HEADERS)

    async def transcript(self, request: web.Request) -> web.Response:
        """All captions as a file, if the organizer offers it."""
        limits_of(request).count_poll(client_of(request))
        room, channel = await channel_of(self._rooms, request)
        if not room.event.downloads:
            raise DownloadsOff
        file_type = request.match_info["file_type"]
        clock = TranscriptClock.parse(request.query.get("clock", ""))
        timing = FLOOR if clock is TranscriptClock.ORIGINAL else channel
        for one in (channel, timing):
            await loaded(room.captions(one))
        body = await self._file(room, channel, timing, file_type)
        name = f"{room.event.id}-{channel}.{file_type}"
        return web.Response(
            body=body,
            headers={
                "Content-Type": f"{TEXT_TYPES[file_type]}; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
                **_HEADERS,
            },
        )

    async def _file(self, room: EventRoom, channel: str, timing: str, file_type: str) -> bytes:
        """The file, from memory if nothing was said since it was made.

        Args:
            room: of the event.
            channel: to be written down.
            timing: the channel that says when; the channel itself or the floor.
            file_type: of `TEXT_TYPES`.
        """
        hub, timing_hub = room.captions(channel), room.captions(timing)
        title = room.event.title
        if channel == FLOOR:
            column = Column(room.floor_language, "Original", "auto")
        else:
            described = (await languages([channel]))[0]
            column = Column(channel, described.name, described.direction)
        past, original = self.kept.past_of(hub, channel), self.kept.past_of(timing_hub, timing)
        notice = ai_notice(room, channel)

        def make(messages: list[bytes]) -> bytes:
            captions = past.captions.shown(messages)
            if timing != channel:
                captions = on_original_clock(captions, original.captions.shown(timing_messages))
            return transcript_text(file_type, captions, title, channel, column, notice).encode()

        files = past.files
        try:
            # A hall that downloads at the end of a talk waits for one file.
            async with asyncio.timeout(FILE_DEADLINE_S), self._making_file:
                made_of = (hub.edition, timing_hub.edition, title, notice)
                name = f"{timing}.{file_type}"
                if name not in files or files[name].made_of != made_of:
                    timing_messages = timing_hub.messages()
                    files[name] = TranscriptFile(made_of, await self._in_thread(hub, make))
                return files[name].body
        except TimeoutError:
            raise _busy() from None

    async def _in_thread(self, hub: CaptionHub, work: Callable[[list[bytes]], Result]) -> Result:
        """Do something with the captions so far, after all that was asked for before.

        Raises:
            Refused: 503 `busy`.
        """
        if self._waiting >= MOST_WAITING:
            raise _busy()
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, work, hub.messages())
        finally:
            self._waiting -= 1


def _busy() -> Refused:
    return Refused(
        503,
        "busy",
        "too many others are searching at this moment",
        hint="Try again in a few seconds.",
        headers={"Retry-After": "3", **FROM_ANYWHERE},
    )


def _match(match: Match) -> dict[str, object]:
    first: PastCaption = match.captions[0]
    return {
        "captions": [past.caption.id for past in match.captions],
        "id": first.id,
        "start_ms": first.caption.start_ms,
        "text": "\n".join(past.caption.text for past in match.captions),
    }
