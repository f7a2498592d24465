"""The composition root: builds the parts of the roles and wires the flow.

speaker ──WHIP──▶ Floors ──PCM, Opus──▶ bus ──PCM──▶ BoothSupervisor (one Booth per channel)
                                         ▲──Opus, captions──┘
                                         ├──▶ Rooms (hubs) ──WebSocket, HTTP, SSE──▶ attendees
                                         ├──▶ OutputSupervisor ──captions──▶ Zoom, encoders
                                         └──▶ RecordingSupervisor ──Opus──▶ files
organizer ──REST──▶ Events, Board ──records──▶ bus

Read `build` and the functions below it, one for each stage. Their docstrings name the files to
read next. `serving.py` starts and stops what is built here.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from broadcaster import access_parts, from_settings, provider_settings, recording_parts
from broadcaster.access.registry import TokenRegistry
from broadcaster.booths.announcements.translator import AnnouncementTranslator
from broadcaster.booths.engine_checks import EngineChecks
from broadcaster.booths.rehearsed import RehearsedBooths
from broadcaster.booths.supervisor import BoothSupervisor
from broadcaster.booths.trials import TrialInterpreter
from broadcaster.bus.store_health import keep_probing
from broadcaster.config import Role, Settings
from broadcaster.consoles.changes import ConsoleChanges
from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Interpreters
from broadcaster.consoles.sound.feeds import InterpreterFeeds
from broadcaster.consoles.sound.whip import InterpreterWhip
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
from broadcaster.desk.outputs.resealing import reseal_outputs
from broadcaster.desk.outputs.routes import OutputRoutes
from broadcaster.desk.outputs.shown import ShownOutputs
from broadcaster.desk.programme.conference_desk import ConferenceDesk
from broadcaster.desk.recordings.watched import WatchedRecordings
from broadcaster.desk.rehearsal.routes import RehearsalRoutes
from broadcaster.desk.report.parts import StatusRecorder, report_routes
from broadcaster.desk.review.presence import ReviewerPresence
from broadcaster.desk.review.replacement_routes import ReplacementRoutes
from broadcaster.desk.review.revisions import CaptionReviser
from broadcaster.desk.review.routes import ReviewRoutes
from broadcaster.desk.routes import DeskRoutes
from broadcaster.desk.screens.connected import ConnectedScreens
from broadcaster.desk.screens.routes import ScreenDesk
from broadcaster.desk.sealing import seal_stage_keys
from broadcaster.edge.http.routes import HttpAudioRoutes
from broadcaster.edge.join_routes import JoinRoutes
from broadcaster.edge.programme.programmes import Programmes
from broadcaster.edge.programme.routes import ProgrammeRoutes
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.routes import EdgeRoutes
from broadcaster.edge.screens.routes import ScreenRoutes
from broadcaster.edge.websocket.routes import WebSocketRoutes
from broadcaster.edge.whep.routes import WhepEndpoint
from broadcaster.floor.floors import Floors
from broadcaster.floor.publisher_keys import PublisherKeys
from broadcaster.floor.stage_sound import StageSoundRoutes
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.clock import SystemClock
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.outputs.output import PURPOSE as OUTPUTS_PURPOSE
from broadcaster.model.ports import Bus, Clock
from broadcaster.os_errors import WEBRTC_PORT, blaming
from broadcaster.outputs.supervisor import OutputSupervisor
from broadcaster.outputs.wiring import make_wire
from broadcaster.sockets.uring import Ring
from broadcaster.stage_keys import StageKeyring
from broadcaster.system import garbage
from broadcaster.system.certificate_expiry import CertificateExpiry
from broadcaster.web.access.authentication import authenticating
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.application import page
from broadcaster.web.metrics import AskAlarms, AskEvents, metrics_route
from broadcaster.web.organizer import Organizer
from broadcaster.webrtc.egress.port import EgressPort


@dataclass(slots=True)
class ProcessParts:
    """The routes, tasks and counters that the roles of one process contribute."""

    # From floor, edge and desk: answered by the one web application.
    routes: list[web.RouteDef] = field(default_factory=list)
    # From every role, by task name: run until the process ends.
    run: dict[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    # From every role but the desk: awaited, all at a time, when the process stops; the seconds over
    # which clients are sent away are given.
    send_away: list[Callable[[float], Coroutine[Any, Any, None]]] = field(default_factory=list)
    # Set from then on.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    # From floor: awaited before the tasks are cancelled.
    close: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    # From web and sockets, read by /metrics: refused requests by error id.
    refused: Counter[str] = field(default_factory=Counter)
    # From edge, read by /metrics.
    edge_counts: Callable[[], EdgeCounts] | None = None
    # From desk, read by /metrics.
    open_events: AskEvents | None = None
    alarms: AskAlarms | None = None
    # From web: goes before the handlers of all routes.
    authenticate: Middleware | None = None


def build(
    settings: Settings,
    roles: frozenset[Role],
    admin_token: str,
    bus: Bus,
    http: aiohttp.ClientSession,
    keyring: StageKeyring | None = None,
) -> ProcessParts:
    """The parts of `roles`, in the order of the flow; only the desk needs a keyring."""
    clock = SystemClock()
    registry = TokenRegistry(bus, clock)
    by_proxy = from_settings.proxy_sign_in(settings).identify
    organizer = Organizer(admin_token, registry, by_proxy)
    changes = ChangeLimit(clock)
    parts = ProcessParts(
        authenticate=authenticating(registry, bus, organizer.is_servers_own, changes, by_proxy)
    )
    parts.run["tokens"] = registry.run
    parts.run["store"] = partial(keep_probing, bus, clock)
    parts.run["garbage"] = partial(garbage.collect_regularly, clock.sleep)
    if Role.FLOOR in roles:
        # Before the floor: the ids of its WHIP sessions would pass for languages.
        _add_consoles(parts, settings, bus, clock, organizer, registry)
        _add_floor(parts, settings, bus, clock, registry)
    if Role.BOOTHS in roles:
        _add_booths(parts, settings, bus, clock, http)
    if Role.EDGE in roles:
        _add_edge(parts, settings, bus, clock)
    if Role.ARCHIVE in roles:
        parts.run["recordings"], end_parts = recording_parts.archive(settings, bus, clock)
        parts.send_away.append(end_parts)
    if Role.DESK in roles:
        assert keyring is not None
        _add_outputs(parts, bus, clock, keyring, http)
        parts.run["stage keys"] = partial(seal_stage_keys, bus, clock, keyring)
        events = Events(bus, clock, keyring)
        _add_desk(parts, settings, bus, clock, events, organizer, registry, changes, keyring)
    parts.routes.append(
        metrics_route(
            organizer,
            parts.refused,
            parts.edge_counts,
            parts.open_events,
            bus.store_status,
            parts.alarms,
        )
    )
    return parts


def _add_floor(
    parts: ProcessParts, settings: Settings, bus: Bus, clock: Clock, registry: TokenRegistry
) -> None:
    """Speakers arrive at `floor/whip.py`; `floor/feed.py` puts their sound on the bus."""
    floors = Floors(bus, clock, ms_to_samples(settings.frame_ms))
    publisher_keys = PublisherKeys(bus, registry)
    whip = WhipEndpoint(
        floors.find_event,
        floors,
        from_settings.ingest_settings(settings),
        registry,
        publisher_keys,
    )

    async def send_speakers_away(_over_s: float) -> None:
        """At once: another process can take the floor only when this one has released it."""
        await floors.release()
        await whip.close()

    parts.run["floor"] = floors.run
    parts.run["publishers' keys"] = publisher_keys.run
    parts.send_away.append(send_speakers_away)
    parts.close.append(whip.close)
    parts.routes += [
        *whip.routes(),
        *StageSoundRoutes(floors.find_event, bus, clock, registry).routes(),
        web.get("/stage/{event}", page("stage/stage.html")),
    ]


def _add_consoles(
    parts: ProcessParts,
    settings: Settings,
    bus: Bus,
    clock: Clock,
    organizer: Organizer,
    registry: TokenRegistry,
) -> None:
    """Human interpreters work at `consoles/`, next to the floor that they hear."""
    interpreters = Interpreters(organizer, registry, bus)
    commands = ConsoleCommands(interpreters, bus, clock, Journal(bus, clock).note)
    feeds = InterpreterFeeds(bus, clock, registry)
    whip = InterpreterWhip(
        interpreters, feeds, from_settings.ingest_settings(settings), registry, commands
    )
    parts.run["interpreters' microphones"] = feeds.run
    parts.send_away.append(lambda _over_s: whip.close())
    parts.close.append(whip.close)
    parts.routes += [
        *whip.routes(),
        *commands.routes(),
        *ConsoleChanges(interpreters, commands, bus, clock).routes(),
        web.get("/booth/{event}/{channel}", page("booth/booth.html")),
    ]


def _add_booths(
    parts: ProcessParts, settings: Settings, bus: Bus, clock: Clock, http: aiohttp.ClientSession
) -> None:
    """`booths/supervisor.py` runs one `booths/booth.py` for each language that is needed."""
    dependencies = from_settings.booth_dependencies(settings, bus, clock, http)
    engines_at = partial(provider_settings.rehearsal_engines, settings, http)
    rehearsed = RehearsedBooths(dependencies, engines_at)
    supervisor = BoothSupervisor(
        dependencies,
        on_demand=settings.on_demand,
        linger_s=settings.linger_s,
        rehearsed=rehearsed.dependencies,
    )
    parts.run["rehearsal interpreter"] = rehearsed.run
    parts.run["booths"] = supervisor.run
    parts.run["engine checks"] = EngineChecks(bus, dependencies.engines).run
    parts.run["trials"] = TrialInterpreter(dependencies).run
    translator = AnnouncementTranslator(bus, dependencies.engines, dependencies.price)
    parts.run["translations"] = translator.run
    parts.send_away.append(lambda _over_s: supervisor.finish_ended())


def _add_edge(parts: ProcessParts, settings: Settings, bus: Bus, clock: Clock) -> None:
    """`edge/rooms/` has a room for each event; its hubs in `edge/fanout/` serve all listeners."""
    rooms = Rooms(bus, clock, Ring.open() if settings.batched_sends else None)
    with blaming(WEBRTC_PORT, f"UDP port {settings.webrtc_port}"):
        egress = EgressPort(from_settings.egress_settings(settings), clock)
    whep = WhepEndpoint(rooms, egress, bus, clock)
    edge = EdgeRoutes(rooms, clock, provider_settings.provider_name(settings))
    programmes = Programmes(bus, clock)
    pages = (page("screen/screen.html"), page("monitor/monitor.html"))
    screens = ScreenRoutes(rooms, bus, clock, *pages, settings.public_url)
    parts.run |= {"edge": rooms.run, "egress": egress.run, "whep": whep.run, "past": edge.run}
    parts.run["programmes"] = programmes.run
    parts.routes += [
        *edge.routes(),
        *WebSocketRoutes(rooms, settings.frame_ms, clock).routes(),
        *HttpAudioRoutes(rooms).routes(),
        *whep.routes(),
        *ProgrammeRoutes(programmes, page("programme/programme.html")).routes(),
        *JoinRoutes(rooms, page("join/join.html")).routes(),
        *screens.routes(),
    ]
    last_bytes_s = from_settings.last_bytes_s(settings)
    parts.send_away.append(partial(rooms.send_listeners_away, last_bytes_s=last_bytes_s))
    parts.edge_counts = rooms.counts


def _add_outputs(
    parts: ProcessParts,
    bus: Bus,
    clock: Clock,
    keyring: StageKeyring,
    http: aiohttp.ClientSession,
) -> None:
    """`outputs/supervisor.py` sends captions elsewhere; only the desk can open the addresses."""
    cipher = keyring.cipher(OUTPUTS_PURPOSE)
    parts.run["outputs: store key"] = partial(reseal_outputs, bus, clock, keyring)
    parts.run["outputs"] = OutputSupervisor(bus, clock, cipher, partial(make_wire, http, clock)).run


def _add_desk(
    parts: ProcessParts,
    settings: Settings,
    bus: Bus,
    clock: Clock,
    events: Events,
    organizer: Organizer,
    registry: TokenRegistry,
    changes: ChangeLimit,
    keyring: StageKeyring,
) -> None:
    """`desk/routes.py` is the API, over the records of `desk/events.py` and `desk/board.py`."""
    board = Board(bus, clock)
    facts = provider_settings.interpreter_facts(settings)
    answers = EventAnswers(settings.public_url, facts)
    desk = DeskRoutes(events, board, organizer, answers, facts.languages)
    journal = Journal(bus, clock)
    feed = DeskFeed(bus, clock, events, answers, board)
    checks = CheckRunner(bus, clock, settings.data_dir, settings.public_url)
    certificate = CertificateExpiry(settings.tls_cert if settings.tls else None)
    recorded = WatchedRecordings(bus)
    watch = AlarmWatch(
        bus=bus,
        clock=clock,
        board=board,
        journal=journal,
        installation=InstallationAlarms(bus.store_status, certificate.known_ms),
        open_events=feed.open_events,
        show=feed.show_alarms,
        find_more=recorded.findings,
    )
    reviser = CaptionReviser(bus)
    presence = ReviewerPresence(bus, clock, reviser)
    announced = AnnouncementDesk(bus, clock, journal)
    shown = ShownAnnouncements(bus, clock, feed)
    screens = ConnectedScreens(bus, clock, feed)
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
        "certificate": partial(certificate.keep_reading, clock.sleep),
        "desk: news": NewsWatch(
            bus, clock, feed.events, feed.alarms, (settings.public_url or "").rstrip("/")
        ).run,
        "desk: samples": StatusRecorder(bus, clock, board, feed.open_events).run,
        "desk: outputs": ShownOutputs(bus, feed.loaded, feed.show).run,
        "retention": EventEraser(bus, clock).run,
    }
    parts.routes += [
        *desk.routes(),
        *LifeRoutes(events, answers, organizer).routes(),
        *LogRoutes(journal, events, organizer).routes(),
        *report_routes(bus, events, organizer),
        *CheckRoutes(checks, events, answers, organizer).routes(),
        *TrialRoutes(bus, clock, events, journal, organizer).routes(),
        *AnnouncementRoutes(announced, shown, events, organizer).routes(),
        *ScreenDesk(bus, screens, events, journal, organizer).routes(),
        *InputDesk(bus, events, journal, organizer).routes(),
        *TranslationRoutes(bus, clock, events, organizer).routes(),
        *RehearsalRoutes(bus, clock, events, answers, journal, organizer).routes(),
        *ReplacementRoutes(bus, events, journal, organizer).routes(),
        *ReviewRoutes(bus, clock, events, journal, organizer, reviser, presence).routes(),
        *FeedRoutes(feed, answers, organizer).routes(),
        *OutputRoutes(
            bus, clock, keyring.cipher(OUTPUTS_PURPOSE), events, journal, organizer
        ).routes(),
        *ConsoleDeskRoutes(bus, clock, events, journal, organizer).routes(),
        *conferences.routes(answers, organizer),
        *recording_parts.routes(settings, bus, clock, events, journal, organizer),
        *access_parts.routes(
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
