"""The conferences' share of a desk process: its routes and its task."""

from collections.abc import Callable, Iterable

from aiohttp import web

from broadcaster.desk.answers import EventAnswers
from broadcaster.desk.board import Board
from broadcaster.desk.conferences.records import Conferences
from broadcaster.desk.conferences.routes import ConferenceRoutes
from broadcaster.desk.conferences.scheduler import Scheduler
from broadcaster.desk.events import Events
from broadcaster.desk.programme.importer import ProgrammeImporter
from broadcaster.desk.programme.routes import ProgrammeImportRoutes
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer


class ConferenceDesk:
    """Builds the parts that conferences need.

    Args:
        bus: has the records.
        clock: the time.
        events: the event records.
        board: knows whether a speaker is connected.
        known: all events, perhaps a moment old.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        events: Events,
        board: Board,
        known: Callable[[], Iterable[Event]],
    ) -> None:
        self._conferences = Conferences(bus, clock, events)
        self._importer = ProgrammeImporter(bus, self._conferences, events)

        def has_speaker(event: Event) -> bool:
            floor = board.event_status(event, {}).floor
            return floor is not None and bool(floor.publisher)

        self.run = Scheduler(bus, clock, events, known, has_speaker).run

    def routes(self, answers: EventAnswers, organizer: Organizer) -> list[web.RouteDef]:
        """The routes of conferences and of the import."""
        return [
            *ConferenceRoutes(self._conferences, answers, organizer).routes(),
            *ProgrammeImportRoutes(self._importer, self._conferences, organizer).routes(),
        ]
