"""`/api/events/{event}/check`: starts a sound check, and tells its verdicts."""

from aiohttp import web

from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.check.runner import CheckRunner
from broadcaster.desk.events import Events
from broadcaster.model.check.report import CheckReport
from broadcaster.web.organizer import Organizer

NEVER = CheckReport("", 0, running=False)
"""The report of an event that was never checked."""


class CheckRoutes:
    """Handlers of the sound check.

    Args:
        runner: runs the checks.
        events: the event records.
        answers: knows the beginning of the links.
        organizer: every call must be the organizer's.
    """

    def __init__(
        self, runner: CheckRunner, events: Events, answers: EventAnswers, organizer: Organizer
    ) -> None:
        self._runner = runner
        self._events = events
        self._answers = answers
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/check", self.read),
            web.post("/api/events/{event}/check", self.start),
            web.get("/api/events/{event}/sound", self.sound),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """The last report."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        report = await self._runner.read(stored.event.id) or NEVER
        return web.json_response(report.body(), headers=NO_STORE)

    async def start(self, request: web.Request) -> web.Response:
        """Start a check; the verdicts follow in the desk's stream of changes."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        stored.event.refuse_if_over()
        report = await self._runner.start(stored.event, self._answers.base(request))
        return web.json_response(report.body(), status=202, headers=NO_STORE)

    async def sound(self, request: web.Request) -> web.Response:
        """The last seconds that came from the speaker."""
        self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        heard = await self._runner.heard(stored.event.id)
        return web.Response(body=heard, content_type="audio/wav", headers=NO_STORE)
