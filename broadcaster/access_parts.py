"""Wires what has to do with access: tokens, flags of reviewers, and signing in to the desk."""

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.desk.access.flags import FlagRoutes
from broadcaster.desk.access.routes import TokenRoutes
from broadcaster.desk.access.session import SessionRoutes
from broadcaster.desk.access.tokens import Tokens
from broadcaster.desk.answers import EventAnswers
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.organizer import Organizer


def routes(
    bus: Bus,
    clock: Clock,
    registry: TokenRegistry,
    organizer: Organizer,
    changes: ChangeLimit,
    events: Events,
    answers: EventAnswers,
    journal: Journal,
) -> list[web.RouteDef]:
    """The routes of the desk's process."""
    tokens = Tokens(bus, clock, registry, journal)
    return [
        *TokenRoutes(tokens, events, answers, organizer, clock).routes(),
        *FlagRoutes(events, journal, organizer).routes(),
        *SessionRoutes(organizer, journal, changes).routes(),
    ]
