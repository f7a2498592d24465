"""`/api/events/{event}/transcript…`: what was said, as files for the organizer."""

from collections.abc import Callable, Sequence

from aiohttp import web

from broadcaster.desk.events import Events
from broadcaster.desk.transcript.files_in_turn import FilesInTurn, download
from broadcaster.desk.transcript.making import (
    IN_TWO_LANGUAGES,
    TYPES,
    Spoken,
    all_transcripts,
    on_clock,
    transcript,
    two_languages,
)
from broadcaster.desk.transcript.reading import read_captions
from broadcaster.errors import UnknownChannel
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.model.transcripts.clocks import TranscriptClock
from broadcaster.model.transcripts.summary import Summary, summary_record
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

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
        self._in_turn = FilesInTurn("transcripts")

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
        body = await self._made(request, event, channels, make)
        return download(body, f"{event.id}-{'-'.join(channels)}.{file_type}", TYPES[file_type])

    async def all(self, request: web.Request) -> web.Response:
        """All channels in all types."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        record = await self._bus.get(summary_record(event.id))
        summary = Summary.from_json(record.value).text if record is not None else ""
        channels = list(event.channel_ids())
        body = await self._made(
            request, event, channels, lambda spoken: all_transcripts(event, spoken, summary)
        )
        return download(body, f"transcripts-{event.id}.zip", "application/zip")

    async def _made(
        self, request: web.Request, event: Event, channels: list[str], make: Make
    ) -> bytes:
        """Read some channels and make something of them, on the clock that is asked for.

        Raises:
            WrongClock: there is no such clock.
            NoOriginalCaptions: the times of the original are not known.
            UnknownChannel: the event has no such channel.
        """
        clock = TranscriptClock.parse(request.query.get("clock", ""))
        if not set(channels) <= set(event.channel_ids()):
            raise UnknownChannel(event.channel_ids())
        timing = [FLOOR] if clock is TranscriptClock.ORIGINAL else []

        async def read() -> dict[str, Sequence[Caption]]:
            wanted = dict.fromkeys([*channels, *timing])
            return {one: await read_captions(self._bus, event.id, one) for one in wanted}

        def on_its_clock(captions: dict[str, Sequence[Caption]]) -> bytes:
            spoken = [Spoken(one, captions[one]) for one in channels]
            return make(on_clock(clock, spoken, captions.get(FLOOR, ())))

        return await self._in_turn.make(read, on_its_clock)
