"""The desk's parts for what remains of an event: its samples, its report, its transcripts."""

from aiohttp import web

from broadcaster.desk.events import Events
from broadcaster.desk.report.recorder import StatusRecorder
from broadcaster.desk.report.routes import ReportRoutes
from broadcaster.desk.transcript.routes import TranscriptDesk
from broadcaster.model.ports import Bus
from broadcaster.web.organizer import Organizer

__all__ = ["StatusRecorder", "report_routes"]


def report_routes(bus: Bus, events: Events, organizer: Organizer) -> list[web.RouteDef]:
    """The routes of reports and transcripts."""
    return [
        *ReportRoutes(bus, events, organizer).routes(),
        *TranscriptDesk(bus, events, organizer).routes(),
    ]
