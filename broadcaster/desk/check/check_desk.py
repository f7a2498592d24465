"""Puts the sound check together: its runner, and the routes of checks and trials."""

from pathlib import Path

from aiohttp import web

from broadcaster.desk.answers import EventAnswers
from broadcaster.desk.check.routes import CheckRoutes
from broadcaster.desk.check.runner import CheckRunner
from broadcaster.desk.check.trial_routes import TrialRoutes
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer


class CheckDesk:
    """The sound checks of this process.

    Args:
        bus: has the reports, and reaches the stages.
        clock: time.
        data_dir: whose disk is looked at.
        public_url: beginning of all links; None if it is not set.
    """

    def __init__(self, bus: Bus, clock: Clock, data_dir: Path, public_url: str | None) -> None:
        self._bus = bus
        self._clock = clock
        self._runner = CheckRunner(bus, clock, data_dir, public_url)

    async def run(self) -> None:
        """Own the checks until cancelled."""
        await self._runner.run()

    def routes(
        self, events: Events, answers: EventAnswers, journal: Journal, organizer: Organizer
    ) -> list[web.RouteDef]:
        """Start a check or a trial, and read the last check's report."""
        return [
            *CheckRoutes(self._runner, events, answers, organizer).routes(),
            *TrialRoutes(self._bus, self._clock, events, journal, organizer).routes(),
        ]
