"""`/api/events/{event}/recordings`: the recordings of an event, for its organizers alone."""

import asyncio
import logging
from collections.abc import Iterator

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.recordings.captions import captions_of_parts, in_part
from broadcaster.desk.recordings.file_range import send_range, write_piece
from broadcaster.desk.recordings.library import RecordedFile, RecordedPart, RecordingLibrary
from broadcaster.desk.recordings.watched import stopped_reason
from broadcaster.desk.recordings.zip_stream import ZipEntry, zip_stream
from broadcaster.desk.transcript.reading import read_captions
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.part import DESCRIPTION, file_name
from broadcaster.model.recording.state import RecordingReport, RecordingSwitch
from broadcaster.model.recording.upload import UploadReport
from broadcaster.model.transcripts.notices import file_notice
from broadcaster.transcripts.files import subtitle_file, text_file
from broadcaster.transcripts.more_files import json_file
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

log = logging.getLogger("broadcaster.desk")

_LIVE = frozenset({EventState.LIVE, EventState.PAUSED})


class RecordingChange(BaseModel):
    """Body of `PATCH /api/events/{event}/recordings`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    record: bool


class RecordingRoutes:
    """The handlers of recordings.

    Args:
        bus: has the switches, the reports and the captions.
        clock: the time.
        library: has the files.
        events: the event records.
        journal: says who switched recording on and off.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        library: RecordingLibrary,
        events: Events,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._library = library
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/events/{event}/recordings"
        file = f"{path}/{{part:[0-9]+}}/{{channel}}"
        return [
            web.get(path, self.read),
            web.patch(path, self.change),
            web.get(f"{path}.zip", self.archive),
            web.get(f"{file}.ogg", self.sound),
            web.get(f"{file}.{{captions_type:json|vtt}}", self.captions),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """Whether the event is recorded, how that goes, and its parts."""
        event, _ = await self._asked(request)
        return await self._answer(event)

    async def change(self, request: web.Request) -> web.Response:
        """Switch recording on or off."""
        event, actor = await self._asked(request)
        change = await parse(request, RecordingChange)
        switch = RecordingSwitch(change.record)
        await self._bus.put(recording_keys.recording_record(event.id), switch.to_json())
        what = "recording_switched_on" if change.record else "recording_switched_off"
        await self._journal.note(event.id, what, actor, {})
        return await self._answer(event)

    async def sound(self, request: web.Request) -> web.StreamResponse:
        """A channel's file, or the range of it that a player asks for."""
        event, _ = await self._asked(request)
        _, file = await self._file(event, request)
        return await send_range(request, file.path, "audio/ogg")

    async def captions(self, request: web.Request) -> web.Response:
        """The captions of a channel, with times from the beginning of the part."""
        event, _ = await self._asked(request)
        part, file = await self._file(event, request)
        found = await read_captions(self._bus, event.id, file.channel)
        shown = in_part(found, part.part.start_ms, file.length_ms)
        about = file_notice(event, file.channel)
        if request.match_info["captions_type"] == "vtt":
            text = await asyncio.to_thread(subtitle_file, shown, event.title, about)
            return web.Response(text=text, content_type="text/vtt", headers=NO_STORE)
        text = await asyncio.to_thread(json_file, shown, event.title, file.channel, about)
        return web.Response(text=text, content_type="application/json", headers=NO_STORE)

    async def archive(self, request: web.Request) -> web.StreamResponse:
        """All parts with their captions as one ZIP file, made while it is sent."""
        event, _ = await self._asked(request)
        parts = await asyncio.to_thread(self._library.parts, event.id)
        if not parts:
            raise await asyncio.to_thread(self._library.nothing_found)
        name = f'attachment; filename="{event.id}-recordings.zip"'
        headers = {"Content-Type": "application/zip", "Content-Disposition": name, **NO_STORE}
        response = web.StreamResponse(headers=headers)
        if request.method == "HEAD":
            return response
        captions = await captions_of_parts(self._bus, event.id, parts)
        await response.prepare(request)
        pieces = zip_stream(_entries(event, parts, captions))
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                await write_piece(response, piece)
        except OSError as error:
            if not isinstance(error, ConnectionError):
                log.warning("the ZIP file of %s ends early: %s", event.id, error)
            if request.transport is not None:
                request.transport.abort()
        return response

    async def _asked(self, request: web.Request) -> tuple[Event, str]:
        """The event of a request, and the name of whoever asks."""
        actor = self._organizer.authorize(request).name
        return (await self._events.get(request.match_info["event"])).event, actor

    async def _file(self, event: Event, request: web.Request) -> tuple[RecordedPart, RecordedFile]:
        number, channel = int(request.match_info["part"][:9]), request.match_info["channel"]
        return await asyncio.to_thread(self._library.file, event.id, number, channel)

    async def _answer(self, event: Event) -> web.Response:
        wanted = await self._bus.get(recording_keys.recording_record(event.id))
        reported = await self._bus.get(recording_keys.recording_report(event.id))
        copied = await self._bus.get(recording_keys.upload_report(event.id))
        record = wanted is not None and RecordingSwitch.from_json(wanted.value).record
        report = RecordingReport.from_json(reported.value) if reported is not None else None
        is_live = record and event.state in _LIVE
        body = {
            "title": event.title,
            "event_state": event.state,
            "record": record,
            "report": report.body() if report is not None else None,
            "upload": UploadReport.from_json(copied.value).body() if copied is not None else None,
            "stopped": stopped_reason(report, self._clock.now_ms()) if is_live else "",
            "folder": await asyncio.to_thread(self._library.is_there),
            "parts": [
                part.body() for part in await asyncio.to_thread(self._library.parts, event.id)
            ],
        }
        return web.json_response(body, headers=NO_STORE)


def _entries(
    event: Event, parts: list[RecordedPart], captions: dict[str, list[Caption]]
) -> Iterator[ZipEntry]:
    """The files of a ZIP file. Players find the captions next to a sound with the same name."""
    for one in parts:
        folder = one.part.folder
        yield ZipEntry(f"{folder}/{DESCRIPTION}", one.folder / DESCRIPTION)
        for file in one.files:
            yield ZipEntry(f"{folder}/{file_name(file.channel)}", file.path)
            shown = in_part(captions[file.channel], one.part.start_ms, file.length_ms)
            if not shown:
                continue
            about = file_notice(event, file.channel)
            subtitles = subtitle_file(shown, event.title, about)
            text = text_file(shown, event.title, file.channel, file.channel, about)
            yield ZipEntry(f"{folder}/{file.channel}.vtt", subtitles.encode())
            yield ZipEntry(f"{folder}/{file.channel}.txt", text.encode())
