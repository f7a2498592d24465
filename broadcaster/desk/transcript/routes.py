"""`/api/events/{event}/transcript…`: what was said, as files for the organizer."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from aiohttp import web

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.transcript.making import (
    IN_TWO_LANGUAGES,
    TYPES,
    Spoken,
    all_transcripts,
    transcript,
    two_languages,
)
from broadcaster.desk.transcript.reading import read_captions
from broadcaster.errors import UnknownChannel
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

DEADLINE_S = 60.0
MOST_WAITING = 4
"""Files that are made or wait for that; more are refused."""
Make = Callable[[list[Spoken]], bytes]


class TranscriptDesk:
    """Handlers of transcripts.

    Args:
        bus: has the captions.
        events: the event records.
        organizer: every call must be the organizer's.
    """

    def __init__(self, bus: Bus, events: Events, organizer: Organizer) -> None:
        self._bus = bus
        self._events = events
        self._organizer = organizer
        self._waiting = 0
        self._making = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        types = "|".join(TYPES)
        return [
            web.get("/api/events/{event}/transcripts.zip", self.all),
            web.get(
                f"/api/events/{{event}}/transcript/{{channel}}.{{transcript_type:{types}}}",
                self.one,
            ),
        ]

    async def one(self, request: web.Request) -> web.Response:
        """A channel as a file, alone or next to another one."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        file_type, channel = request.match_info["transcript_type"], request.match_info["channel"]
        other = request.query.get("with", "")
        if other and file_type not in IN_TWO_LANGUAGES:
            raise Refused(
                422,
                "bad_request",
                f"two languages are not possible in .{file_type}",
                hint="Ask for " + " or ".join(f".{one}" for one in IN_TWO_LANGUAGES) + ".",
            )

        def make(spoken: list[Spoken]) -> bytes:
            if other:
                return two_languages(event, spoken[0], spoken[1], file_type)
            return transcript(event, spoken[0], file_type)

        channels = [channel, other] if other else [channel]
        body = await self._in_turn(event, channels, make)
        return _file(body, f"{event.id}-{'-'.join(channels)}.{file_type}", TYPES[file_type])

    async def all(self, request: web.Request) -> web.Response:
        """All channels in all types."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        body = await self._in_turn(
            event, list(event.channel_ids()), lambda spoken: all_transcripts(event, spoken)
        )
        return _file(body, f"transcripts-{event.id}.zip", "application/zip")

    async def _in_turn(self, event: Event, channels: list[str], make: Make) -> bytes:
        """Read some channels and make something of them, one at a time.

        Raises:
            UnknownChannel: the event has no such channel.
            Refused: 503 `busy`.
            BusUnavailable: the broker does not answer.
        """
        if not set(channels) <= set(event.channel_ids()):
            raise UnknownChannel(event.channel_ids())
        if self._waiting >= MOST_WAITING:
            _refuse()
        self._waiting += 1
        try:
            async with asyncio.timeout(DEADLINE_S), self._making:
                spoken = [
                    Spoken(one, await read_captions(self._bus, event.id, one)) for one in channels
                ]
                return await asyncio.to_thread(make, spoken)
        except TimeoutError:
            _refuse()
        finally:
            self._waiting -= 1


def _file(body: bytes, name: str, content_type: str) -> web.Response:
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=content_type, headers=headers)


def _refuse() -> NoReturn:
    raise Refused(
        503,
        "busy",
        "other transcripts are being made at this moment",
        hint="Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )
