"""Wires what has to do with recordings: the archive, and what the desk shows of it."""

from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from broadcaster import from_settings
from broadcaster.archive.supervisor import RecordingSupervisor
from broadcaster.config import Settings
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.recordings.library import RecordingLibrary
from broadcaster.desk.recordings.routes import RecordingRoutes
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.application import page
from broadcaster.web.organizer import Organizer

Run = Callable[[], Coroutine[Any, Any, None]]
SendAway = Callable[[float], Coroutine[Any, Any, None]]
_GIGABYTE = 1_000_000_000


def archive(settings: Settings, bus: Bus, clock: Clock) -> tuple[Run, SendAway]:
    """The archive: its task, and what ends its files in order when the process stops."""
    folder = from_settings.recordings_folder(settings)
    budget_bytes = int(settings.recordings_gb * _GIGABYTE)
    supervisor = RecordingSupervisor(bus, clock, folder, budget_bytes)

    async def end_parts(_over_s: float) -> None:
        await supervisor.stop()

    return supervisor.run, end_parts


def routes(
    settings: Settings,
    bus: Bus,
    clock: Clock,
    events: Events,
    journal: Journal,
    organizer: Organizer,
) -> list[web.RouteDef]:
    """The routes of the desk's process."""
    library = RecordingLibrary(from_settings.recordings_folder(settings))
    return [
        *RecordingRoutes(bus, clock, library, events, journal, organizer).routes(),
        web.get("/desk/recordings/{event}", page("recordings/recordings.html")),
    ]
