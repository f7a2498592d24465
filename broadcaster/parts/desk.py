"""Wires the desk: the organizer's API and pages, and what watches over events."""

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
from broadcaster.model.outputs.output import PURPOSE as OUTPUTS_PURPOSE
from broadcaster.model.ports import Bus, Clock
from broadcaster.parts import access, recordings
from broadcaster.parts.process import ProcessParts
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.certificate_expiry import CertificateExpiry
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.application import page
from broadcaster.web.organizer import Organizer


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
    desk = DeskRoutes(events, board, organizer, answers, facts)
    journal = Journal(bus, clock)
    feed = DeskFeed(bus, clock, events, answers, board)
    checks = CheckRunner(bus, clock, settings.data_dir, settings.public_url, facts)
    certificate = CertificateExpiry(settings.tls_cert if settings.tls else None)
    recorded, copies = WatchedRecordings(bus), WatchedCopies(bus)
    watch = AlarmWatch(
        bus=bus,
        clock=clock,
        board=board,
        journal=journal,
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
    reviser = CaptionReviser(bus)
    presence = ReviewerPresence(bus, clock, reviser)
    announced = AnnouncementDesk(bus, clock, journal)
    shown = ShownAnnouncements(bus, clock, feed)
    screens = ConnectedScreens(bus, clock, feed)
    writer = from_settings.summary_service(settings, http, clock)
    conferences = ConferenceDesk(bus, clock, events, board, feed.events)
    parts.run |= {
        "desk": board.run,
        "schedule": conferences.run,
        "sound checks": checks.run,
        "desk: changes": feed.run,
        "desk: reviewers": presence.run,
        "desk: alarms": watch.run,
        "desk: announcements": shown.run,
        "desk: screens": screens.run,
        "desk: recordings": recorded.run,
        "desk: copies": copies.run,
        "certificate": partial(certificate.keep_reading, clock.sleep),
        "desk: news": NewsWatch(
            bus, clock, feed.events, feed.alarms, (settings.public_url or "").rstrip("/")
        ).run,
        "desk: summaries": SummaryWatch(bus, clock, feed.events, writer).run,
        "desk: samples": StatusRecorder(bus, clock, board, feed.open_events).run,
        "desk: outputs": ShownOutputs(bus, feed.loaded, feed.show).run,
        "retention": EventEraser(bus, clock).run,
    }
    if told is not None:
        parts.run["desk: languages"] = partial(told.keep_asking, clock.sleep)
    parts.routes += [
        *desk.routes(),
        *LifeRoutes(events, answers, organizer).routes(),
        *LogRoutes(journal, events, organizer).routes(),
        *report_routes(bus, events, organizer),
        *SummaryRoutes(bus, events, organizer, available=writer is not None).routes(),
        *CheckRoutes(checks, events, answers, organizer).routes(),
        *TrialRoutes(bus, clock, events, journal, organizer).routes(),
        *AnnouncementRoutes(announced, shown, events, organizer).routes(),
        *ScreenDesk(bus, screens, events, journal, organizer).routes(),
        *InputDesk(bus, events, journal, organizer).routes(),
        *TranslationRoutes(bus, clock, events, organizer).routes(),
        *RehearsalRoutes(bus, clock, events, answers, journal, organizer).routes(),
        *ComparisonRoutes(bus, clock, board, events, answers, facts, journal, organizer).routes(),
        *ReplacementRoutes(bus, events, journal, organizer).routes(),
        *ReviewRoutes(bus, clock, events, journal, organizer, reviser, presence).routes(),
        *FeedRoutes(feed, answers, organizer).routes(),
        *OutputRoutes(
            bus, clock, keyring.cipher(OUTPUTS_PURPOSE), events, journal, organizer
        ).routes(),
        *ConsoleDeskRoutes(bus, clock, events, journal, organizer).routes(),
        *conferences.routes(answers, organizer),
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
        web.get("/desk", desk.with_sign_in(page("desk/desk.html"))),
        web.get("/desk/poster/{event}", page("poster/poster.html")),
        web.get("/desk/poster/conference/{conference}", page("poster/poster.html")),
        web.get("/desk/conferences", page("conferences/conferences.html")),
        web.get("/review/{event}", page("review/review.html")),
        web.get("/desk/live", page("desk/live/live.html")),
        web.get("/desk/live/{event}", page("desk/live/live.html")),
    ]
    parts.open_events = desk.open_events
    parts.alarms = feed.alarm_counts
