"""`/api/events/{event}/report`: the records of an event, and its report as a page or all files."""

from collections.abc import Callable

from aiohttp import web

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.report.reading import read_records
from broadcaster.desk.transcript.files_in_turn import FilesInTurn, download
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.report.figures import figures_of
from broadcaster.report.files.bundle import files_of, zip_of
from broadcaster.report.files.page import page_of
from broadcaster.report.records import EventRecords, records_to_json
from broadcaster.web.organizer import Organizer

_PAGE_POLICY = (
    "sandbox allow-downloads allow-same-origin; default-src 'none'; style-src 'unsafe-inline'"
)
"""The page has words of speakers and no script. As of this origin its link sends the cookie."""
Make = Callable[[EventRecords], bytes]


class ReportRoutes:
    """Handlers of reports.

    Args:
        bus: has what reports are made of.
        events: the event records.
        organizer: every call must be the organizer's.
    """

    def __init__(self, bus: Bus, events: Events, organizer: Organizer) -> None:
        self._bus = bus
        self._events = events
        self._organizer = organizer
        self._in_turn = FilesInTurn("reports")

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/report", self.records),
            web.get("/api/events/{event}/report.{report_type:html|zip}", self.report),
        ]

    async def records(self, request: web.Request) -> web.Response:
        """The records of an event, for `broadcaster report`."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        body = await self._made(stored.event, records_to_json)
        return web.Response(body=body, content_type="application/json", headers=NO_STORE)

    async def report(self, request: web.Request) -> web.Response:
        """The report as a page, or as a ZIP with all its files."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        if request.match_info["report_type"] == "html":
            body = await self._made(stored.event, _page)
            headers = {**NO_STORE, "Content-Security-Policy": _PAGE_POLICY}
            return web.Response(
                body=body, content_type="text/html", charset="utf-8", headers=headers
            )
        body = await self._made(stored.event, _all_files)
        return download(body, f"report-{stored.event.id}.zip", "application/zip")

    async def _made(self, event: Event, make: Make) -> bytes:
        """Read the records and make something of them."""

        async def read() -> EventRecords:
            spent_usd = await self._events.spent_usd(event.id)
            return await read_records(self._bus, event, spent_usd)

        return await self._in_turn.make(read, make)


def _page(records: EventRecords) -> bytes:
    return page_of(records, figures_of(records), all_files="report.zip").encode()


def _all_files(records: EventRecords) -> bytes:
    return zip_of(files_of(records, figures_of(records)))
