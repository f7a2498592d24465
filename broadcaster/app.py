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

from functools import partial

import aiohttp
from aiohttp import web

from broadcaster import from_settings, provider_settings
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
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.outputs.resealing import reseal_addresses
from broadcaster.desk.sealing import seal_stage_keys
from broadcaster.edge.caption_socket.routes import CaptionSocketRoutes
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
from broadcaster.model.outputs.output import PURPOSE as OUTPUTS_PURPOSE
from broadcaster.model.ports import Bus, Clock
from broadcaster.os_errors import WEBRTC_PORT, blaming
from broadcaster.outputs.supervisor import OutputSupervisor
from broadcaster.outputs.wiring import make_wire
from broadcaster.parts import recordings
from broadcaster.parts.desk import add_desk
from broadcaster.parts.process import ProcessParts
from broadcaster.sockets.uring import Ring
from broadcaster.stage_keys import StageKeyring
from broadcaster.system import garbage
from broadcaster.web.access.authentication import authenticating
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.application import page
from broadcaster.web.metrics import metrics_route
from broadcaster.web.organizer import Organizer
from broadcaster.webrtc.egress.port import EgressPort


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
        _add_edge(parts, settings, bus, clock, organizer)
    if Role.ARCHIVE in roles:
        archive_run, end_parts = recordings.archive(settings, bus, clock)
        parts.run |= archive_run
        parts.send_away.append(end_parts)
    if Role.DESK in roles:
        assert keyring is not None
        _add_outputs(parts, bus, clock, keyring, http)
        parts.run["stage keys"] = partial(seal_stage_keys, bus, clock, keyring)
        events = Events(bus, clock, keyring)
        add_desk(parts, settings, bus, clock, events, organizer, registry, changes, keyring, http)
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
        interpreters, feeds, from_settings.ingest_settings(settings), registry, commands, bus
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
    parts.run["engine checks"] = EngineChecks(bus, dependencies.known).run
    parts.run["trials"] = TrialInterpreter(dependencies).run
    translator = AnnouncementTranslator(bus, dependencies.engines, dependencies.price)
    parts.run["translations"] = translator.run
    parts.send_away.append(lambda _over_s: supervisor.finish_ended())


def _add_edge(
    parts: ProcessParts, settings: Settings, bus: Bus, clock: Clock, organizer: Organizer
) -> None:
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
        *CaptionSocketRoutes(rooms, clock, organizer).routes(),
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
    parts.run["store key of addresses"] = partial(reseal_addresses, bus, clock, keyring)
    parts.run["outputs"] = OutputSupervisor(bus, clock, cipher, partial(make_wire, http, clock)).run
