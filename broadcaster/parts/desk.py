"""Wires the desk: the organizer's API and pages, and what watches over events."""

import sys
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web

from broadcaster import from_settings, provider_settings
from broadcaster.access.registry import TokenRegistry
from broadcaster.config import Settings
from broadcaster.desk.alarms.installation import InstallationAlarms
from broadcaster.desk.alarms.watch import AlarmWatch
from broadcaster.desk.announcements.records import AnnouncementDesk
from broadcaster.desk.announcements.routes import AnnouncementRoutes
from broadcaster.desk.announcements.shown import ShownAnnouncements
from broadcaster.desk.announcements.translation_routes import TranslationRoutes
from broadcaster.desk.answers import EventAnswers
from broadcaster.desk.board import Board
from broadcaster.desk.check.routes import CheckRoutes
from broadcaster.desk.check.runner import CheckRunner
from broadcaster.desk.check.trial_routes import TrialRoutes
from broadcaster.desk.comparison.routes import ComparisonRoutes
from broadcaster.desk.consoles.routes import ConsoleDeskRoutes
from broadcaster.desk.erasure import EventEraser
from broadcaster.desk.events import Events
from broadcaster.desk.feed import DeskFeed
from broadcaster.desk.feed_routes import FeedRoutes
from broadcaster.desk.handover.watch import NewsWatch
from broadcaster.desk.inputs.pulled_routes import PulledRoutes
from broadcaster.desk.inputs.pulled_shown import ShownPulledInputs
from broadcaster.desk.inputs.puller import InputPuller
from broadcaster.desk.inputs.routes import InputDesk
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.life_routes import LifeRoutes
from broadcaster.desk.log_routes import LogRoutes
from broadcaster.desk.outputs.routes import OutputRoutes
from broadcaster.desk.outputs.shown import ShownOutputs
from broadcaster.desk.programme.conference_desk import ConferenceDesk
from broadcaster.desk.recordings.watched import WatchedRecordings
from broadcaster.desk.recordings.watched_copies import WatchedCopies
from broadcaster.desk.rehearsal.routes import RehearsalRoutes
from broadcaster.desk.report.parts import StatusRecorder, report_routes
from broadcaster.desk.review.presence import ReviewerPresence
from broadcaster.desk.review.replacement_routes import ReplacementRoutes
from broadcaster.desk.review.revisions import CaptionReviser
from broadcaster.desk.review.routes import ReviewRoutes
from broadcaster.desk.routes import DeskRoutes
from broadcaster.desk.screens.connected import ConnectedScreens
from broadcaster.desk.screens.routes import ScreenDesk
from broadcaster.desk.summary.routes import SummaryRoutes
from broadcaster.desk.summary.watch import SummaryWatch
from broadcaster.desk.warnings import InterpreterFacts
from broadcaster.model.inputs.pulled import PURPOSE as PULLED_PURPOSE
from broadcaster.model.outputs.output import PURPOSE as OUTPUTS_PURPOSE
from broadcaster.model.ports import Bus, Clock
from broadcaster.parts import access, recordings
from broadcaster.parts.process import ProcessParts
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.certificate_expiry import CertificateExpiry
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.application import page
from broadcaster.web.organizer import Organizer

PULL_COMMAND = (sys.executable, "-m", "broadcaster.commands.publishing.pulled")
"""Fetches an input and publishes it, as a process of its own."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """The parts of the desk that its other parts stand on."""

    settings: Settings
    bus: Bus
    clock: Clock
    http: aiohttp.ClientSession
    organizer: Organizer
    keyring: StageKeyring
    events: Events
    board: Board
    journal: Journal
    facts: InterpreterFacts
    answers: EventAnswers
    feed: DeskFeed


def add_desk(
    parts: ProcessParts,
    settings: Settings,
    bus: Bus,
    clock: Clock,
    events: Events,
    organizer: Organizer,
    registry: TokenRegistry,
    changes: ChangeLimit,
    keyring: StageKeyring,
    http: aiohttp.ClientSession,
) -> None:
    """`desk/routes.py` is the API, over the records of `desk/events.py` and `desk/board.py`."""
    board = Board(bus, clock)
    told = provider_settings.told_languages(settings, http)
    facts = provider_settings.interpreter_facts(settings, told)
    answers = EventAnswers(settings.public_url, facts)
    journal = Journal(bus, clock)
    feed = DeskFeed(bus, clock, events, answers, board)
    desk = _Desk(
        settings,
        bus,
        clock,
        http,
        organizer,
        keyring,
        events,
        board,
        journal,
        facts,
        answers,
        feed,
    )
    parts.run |= {"desk": board.run, "desk: changes": feed.run}
    if told is not None:
        parts.run["desk: languages"] = partial(told.keep_asking, clock.sleep)
    parts.routes += FeedRoutes(feed, answers, organizer).routes()
    _add_events(parts, desk)
    _add_alarms(parts, desk)
    _add_tries(parts, desk)
    _add_audience(parts, desk)
    _add_review(parts, desk)
    _add_inputs(parts, desk)
    _add_outputs(parts, desk)
    _add_results(parts, desk)
    parts.routes += [
        *recordings.routes(settings, bus, clock, events, journal, organizer),
        *access.routes(
            settings,
            bus,
            clock,
            registry,
            organizer,
            changes,
            events,
            answers,
            journal,
            keyring,
            parts.close,
        ),
    ]


def _add_events(parts: ProcessParts, desk: _Desk) -> None:
    """Events and conferences: their records, their pages, and their end."""
    bus, clock, events, organizer = desk.bus, desk.clock, desk.events, desk.organizer
    routes = DeskRoutes(events, desk.board, organizer, desk.answers, desk.facts)
    conferences = ConferenceDesk(bus, clock, events, desk.board, desk.feed.events)
    parts.open_events = routes.open_events
    parts.run |= {"schedule": conferences.run, "retention": EventEraser(bus, clock).run}
    parts.routes += [
        *routes.routes(),
        *LifeRoutes(events, desk.answers, organizer).routes(),
        *LogRoutes(desk.journal, events, organizer).routes(),
        *ConsoleDeskRoutes(bus, clock, events, desk.journal, organizer).routes(),
        *conferences.routes(desk.answers, organizer),
        web.get("/desk", routes.with_sign_in(page("desk/desk.html"))),
        web.get("/desk/poster/{event}", page("poster/poster.html")),
        web.get("/desk/poster/conference/{conference}", page("poster/poster.html")),
        web.get("/desk/conferences", page("conferences/conferences.html")),
        web.get("/desk/live", page("desk/live/live.html")),
        web.get("/desk/live/{event}", page("desk/live/live.html")),
    ]


def _add_alarms(parts: ProcessParts, desk: _Desk) -> None:
    """`desk/alarms/watch.py` raises alarms about events, recordings and the installation."""
    settings, bus, feed = desk.settings, desk.bus, desk.feed
    certificate = CertificateExpiry(settings.tls_cert if settings.tls else None)
    recorded, copies = WatchedRecordings(bus), WatchedCopies(bus)
    watch = AlarmWatch(
        bus=bus,
        clock=desk.clock,
        board=desk.board,
        journal=desk.journal,
        installation=InstallationAlarms(
            bus.store_status, certificate.known_ms, copies.of_installation
        ),
        open_events=lambda: feed.open_events(copies.failing),
        show=feed.show_alarms,
        find_more=lambda event, now_ms: (
            *recorded.findings(event, now_ms),
            *copies.findings(event, now_ms),
        ),
    )
    parts.alarms = feed.alarm_counts
    parts.run |= {
        "desk: alarms": watch.run,
        "desk: recordings": recorded.run,
        "desk: copies": copies.run,
        "certificate": partial(certificate.keep_reading, desk.clock.sleep),
    }


def _add_tries(parts: ProcessParts, desk: _Desk) -> None:
    """Sound checks, trials, rehearsals and comparisons, before the audience comes."""
    settings, bus, clock, organizer = desk.settings, desk.bus, desk.clock, desk.organizer
    events, answers, journal = desk.events, desk.answers, desk.journal
    checks = CheckRunner(bus, clock, settings.data_dir, settings.public_url, desk.facts)
    comparison = ComparisonRoutes(
        bus, clock, desk.board, events, answers, desk.facts, journal, organizer
    )
    parts.run["sound checks"] = checks.run
    parts.routes += [
        *CheckRoutes(checks, events, answers, organizer).routes(),
        *TrialRoutes(bus, clock, events, journal, organizer).routes(),
        *RehearsalRoutes(bus, clock, events, answers, journal, organizer).routes(),
        *comparison.routes(),
    ]


def _add_audience(parts: ProcessParts, desk: _Desk) -> None:
    """Announcements to the audience, and the screens of the hall."""
    bus, clock, feed = desk.bus, desk.clock, desk.feed
    events, journal, organizer = desk.events, desk.journal, desk.organizer
    shown = ShownAnnouncements(bus, clock, feed)
    screens = ConnectedScreens(bus, clock, feed)
    announced = AnnouncementDesk(bus, clock, journal)
    parts.run |= {"desk: announcements": shown.run, "desk: screens": screens.run}
    parts.routes += [
        *AnnouncementRoutes(announced, shown, events, organizer).routes(),
        *TranslationRoutes(bus, clock, events, organizer).routes(),
        *ScreenDesk(bus, screens, events, journal, organizer).routes(),
    ]


def _add_review(parts: ProcessParts, desk: _Desk) -> None:
    """Reviewers correct captions while they are read."""
    bus, clock, events, journal = desk.bus, desk.clock, desk.events, desk.journal
    reviser = CaptionReviser(bus)
    presence = ReviewerPresence(bus, clock, reviser)
    parts.run["desk: reviewers"] = presence.run
    parts.routes += [
        *ReviewRoutes(bus, clock, events, journal, desk.organizer, reviser, presence).routes(),
        *ReplacementRoutes(bus, events, journal, desk.organizer).routes(),
        web.get("/review/{event}", page("review/review.html")),
    ]


def _add_inputs(parts: ProcessParts, desk: _Desk) -> None:
    """The main and the backup input of the floor, and those that this server fetches itself."""
    bus, clock, feed, keyring = desk.bus, desk.clock, desk.feed, desk.keyring
    events, journal, organizer = desk.events, desk.journal, desk.organizer
    certificate = partial(from_settings.own_certificate, desk.settings)
    cipher = keyring.cipher(PULLED_PURPOSE)
    pulled = PulledRoutes(bus, cipher, events, desk.answers, journal, organizer)
    parts.run |= {
        "desk: pulled inputs": ShownPulledInputs(bus, feed.loaded, feed.show).run,
        "pulled inputs": InputPuller(bus, clock, keyring, PULL_COMMAND, certificate).run,
    }
    parts.routes += [*InputDesk(bus, events, journal, organizer).routes(), *pulled.routes()]


def _add_outputs(parts: ProcessParts, desk: _Desk) -> None:
    """Caption outputs, and the news of events for webhooks."""
    bus, clock, feed = desk.bus, desk.clock, desk.feed
    base = (desk.settings.public_url or "").rstrip("/")
    cipher = desk.keyring.cipher(OUTPUTS_PURPOSE)
    parts.run |= {
        "desk: outputs": ShownOutputs(bus, feed.loaded, feed.show).run,
        "desk: news": NewsWatch(bus, clock, feed.events, feed.alarms, base).run,
    }
    outputs = OutputRoutes(bus, clock, cipher, desk.events, desk.journal, desk.organizer)
    parts.routes += outputs.routes()


def _add_results(parts: ProcessParts, desk: _Desk) -> None:
    """An event's report and its summary."""
    bus, clock, feed = desk.bus, desk.clock, desk.feed
    writer = from_settings.summary_service(desk.settings, desk.http, clock)
    parts.run |= {
        "desk: samples": StatusRecorder(bus, clock, desk.board, feed.open_events).run,
        "desk: summaries": SummaryWatch(bus, clock, feed.events, writer).run,
    }
    summaries = SummaryRoutes(bus, desk.events, desk.organizer, available=writer is not None)
    parts.routes += [*report_routes(bus, desk.events, desk.organizer), *summaries.routes()]
