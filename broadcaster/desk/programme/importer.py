"""Applies a programme to a conference."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from zoneinfo import ZoneInfo

from broadcaster.desk.conferences.conference_bodies import MOST_ROOMS
from broadcaster.desk.conferences.records import Conferences, StoredConference
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import SYSTEM
from broadcaster.desk.programme.comparison import ChangedTalk, ProgrammeChanges, compared
from broadcaster.desk.programme.icalendar_file import read_icalendar
from broadcaster.desk.programme.schedule_json import read_schedule
from broadcaster.desk.programme.talks import Programme
from broadcaster.model import keys
from broadcaster.model.conference.conference import Conference
from broadcaster.model.conference.conference_errors import BadProgramme, ImportRunning
from broadcaster.model.event import Event, EventState, ImportedTalk
from broadcaster.model.ports import Bus

LEASE_TIMEOUT_S = 5.0


def read_programme(file: bytes, time_zone: str) -> Programme:
    """Read a file of either kind; it computes for a second if the file is large.

    Raises:
        BadProgramme: it is neither, or broken.
    """
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.count(b"\n", 0, error.start) + 1
        raise BadProgramme(f"line {line} is not text in UTF-8", "Save the file as UTF-8.") from None
    begin = text.lstrip()[:20].upper()
    zone = ZoneInfo(time_zone)
    if begin.startswith("{"):
        return read_schedule(text, zone)
    if begin.startswith("BEGIN:VCALENDAR"):
        return read_icalendar(text, zone)
    raise BadProgramme(
        "the file is neither a calendar nor a schedule",
        "Send an .ics file, or schedule.json of pretalx or frab.",
    )


class ProgrammeImporter:
    """Imports programmes.

    Args:
        bus: one import at a time is made for a conference, in all processes.
        conferences: get new rooms.
        events: of the talks.
    """

    def __init__(self, bus: Bus, conferences: Conferences, events: Events) -> None:
        self._bus = bus
        self._conferences = conferences
        self._events = events

    async def compare(self, stored: StoredConference, programme: Programme) -> ProgrammeChanges:
        """Find out what an import would change."""
        conference = stored.conference
        events = await self._conferences.events_of(conference.id)
        return compared(programme, events, conference.rooms)

    async def run(
        self, conference_id: str, programme: Programme, actor: str = SYSTEM
    ) -> ProgrammeChanges:
        """Import a programme. After a failure half-way it can simply be imported again.

        Args:
            conference_id: of the conference.
            programme: from the file.
            actor: name of whoever imports it, for the logs of the events.

        Raises:
            UnknownConference: no conference has this id.
            BadProgramme: new events have no languages, or there are too many rooms.
            ImportRunning: another import is being made.
            EventChanged: somebody kept changing one of the events.
        """
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(LEASE_TIMEOUT_S):
                    lease = self._bus.lease(keys.programme_lease(conference_id))
                    await stack.enter_async_context(lease)
            except TimeoutError:
                raise ImportRunning from None
            stored = await self._conferences.get(conference_id)
            changes = await self.compare(stored, programme)
            conference = stored.conference
            if changes.created and not conference.languages:
                raise BadProgramme(
                    "the conference has no languages for its new talks",
                    "Choose the languages of the conference first, then import again.",
                )
            rooms = (*conference.rooms, *changes.new_rooms)
            if len(rooms) > MOST_ROOMS:
                raise BadProgramme(
                    f"the conference would have {len(rooms)} rooms, and {MOST_ROOMS} are possible",
                    "Check the rooms in the file.",
                )
            if changes.new_rooms:
                await self._conferences.write(conference_id, {"rooms": rooms}, stored.version)
            for talk in changes.created:
                await self._events.add(_event_of(talk, conference), actor=actor)
            for change in changes.changed:
                await self._change(change, actor)
            return changes

    async def _change(self, change: ChangedTalk, actor: str) -> None:
        def apply(before: Event) -> Event:
            return replace(before, **change.values, imported=change.talk)

        await self._events.rewrite(change.event.id, apply, None, actor)


def _event_of(talk: ImportedTalk, conference: Conference) -> Event:
    return Event(
        "",
        talk.title,
        EventState.DRAFT,
        conference.languages,
        "",
        source_language=talk.source_language,
        starts_at_ms=talk.starts_at_ms,
        ends_at_ms=talk.ends_at_ms,
        conference=conference.id,
        room=talk.room,
        auto_open_minutes=conference.auto_open_minutes,
        auto_live=conference.auto_live,
        imported=talk,
    )
