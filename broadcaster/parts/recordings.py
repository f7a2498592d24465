"""Wires what has to do with recordings: the archive, and what the desk shows of it."""

from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from broadcaster import from_settings
from broadcaster.archive.supervisor import RecordingSupervisor
from broadcaster.archive.upload.bucket import Bucket, is_installed
from broadcaster.archive.upload.uploader import RecordingUploader
from broadcaster.config import Settings, variable
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.recordings.joined import JoinedRoutes
from broadcaster.desk.recordings.library import RecordingLibrary
from broadcaster.desk.recordings.routes import RecordingRoutes
from broadcaster.model.ports import Bus, Clock
from broadcaster.os_errors import SettingUnusable
from broadcaster.web.application import page
from broadcaster.web.organizer import Organizer

Run = Callable[[], Coroutine[Any, Any, None]]
SendAway = Callable[[float], Coroutine[Any, Any, None]]
_GIGABYTE = 1_000_000_000


def archive(settings: Settings, bus: Bus, clock: Clock) -> tuple[dict[str, Run], SendAway]:
    """The archive: its tasks, and what ends its files in order when the process stops.

    Raises:
        SettingUnusable: copies are wanted, and the library for them is missing.
    """
    folder = from_settings.recordings_folder(settings)
    budget_bytes = int(settings.recordings_gb * _GIGABYTE)
    supervisor = RecordingSupervisor(bus, clock, folder, budget_bytes)
    run: dict[str, Run] = {"recordings": supervisor.run}
    address = from_settings.bucket_address(settings)
    if address is not None:
        if not is_installed():
            raise SettingUnusable(
                "boto3, which copies recordings to a bucket, is not installed",
                f"Install conference-broadcaster[s3], or unset {variable('s3_bucket')}.",
            )
        run["copies of recordings"] = RecordingUploader(bus, clock, folder, Bucket(address)).run

    async def end_parts(_over_s: float) -> None:
        await supervisor.stop()

    return run, end_parts


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
        *JoinedRoutes(bus, library, events, organizer).routes(),
        *RecordingRoutes(bus, clock, library, events, journal, organizer).routes(),
        web.get("/desk/recordings/{event}", page("recordings/recordings.html")),
    ]
