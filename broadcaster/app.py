"""The composition root: builds the parts of the roles, wires the flow, closes in reverse.

speaker ──WHIP──▶ Floors ──PCM, Opus──▶ bus ──PCM──▶ Crew (one Booth per language)
                                         ▲──Opus, captions──┘
                                         └──▶ Rooms (hubs) ──WebSocket, HTTP, SSE──▶ attendees
organizer ──REST──▶ Events, Board ──records──▶ bus
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.staffing.costs import Prices
from broadcaster.booths.supervisor import Crew
from broadcaster.booths.workplace import Kit
from broadcaster.bus import open_bus
from broadcaster.config import Role, Settings
from broadcaster.desk.board import Board
from broadcaster.desk.events import Events
from broadcaster.desk.routes import DeskRoutes
from broadcaster.edge.http.routes import HttpAudioRoutes
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.routes import EdgeRoutes
from broadcaster.edge.whep.routes import WhepEndpoint
from broadcaster.floor.floors import Floors
from broadcaster.floor.whip import WhipEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.clock import SystemClock
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.event import SLUG, Event
from broadcaster.model.ports import Bus
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.wire import TARGET_LANGUAGES
from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.sockets.uring import Ring
from broadcaster.system import open_files
from broadcaster.web.application import create_application, page
from broadcaster.web.metrics import AskEvents, metrics_route
from broadcaster.webrtc.egress.port import Egress, EgressSettings
from broadcaster.webrtc.ice import IceServer, offer_loopback
from broadcaster.webrtc.ingest import IngestSettings

log = logging.getLogger("broadcaster.app")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SHUTDOWN_S = 2.0
"""How long open requests may take at the end."""
KEEPALIVE_S = 20.0
"""A connection that asks nothing more is closed then; aiohttp would keep it for an hour.

It holds one of the places that newcomers need. Clients keep theirs shorter (aiohttp 15 s), so that
they do not ask at the moment it is closed. Responses that go on are not idle.
"""
BACKLOG = 4096
"""Connections the kernel holds while a herd of phones joins."""


@dataclass(slots=True)
class Parts:
    """What one process runs.

    Its routes, how many requests it refused by error id, coroutines that run until cancelled, and
    what to close.
    """

    routes: list[web.RouteDef] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    run: dict[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    close: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)


@asynccontextmanager
async def running(
    settings: Settings,
    roles: frozenset[Role],
    admin_token: str,
    tls: ssl.SSLContext | None = None,
    *,
    reuse_port: bool = False,
) -> AsyncIterator[int]:
    """Run the stages of `roles` inside the context.

    Args:
        settings: see `config`.
        roles: which stages.
        admin_token: the organizer's.
        tls: serve https with it.
        reuse_port: other processes listen on the same port.

    Yields:
        The TCP port that is served.

    Raises:
        OSError: the address is in use or not ours.
        BusUnavailable: the bus cannot be opened.
    """
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(open_bus(settings.redis_url, settings.data_dir))
        local = URL(settings.realtime_url).host in LOOPBACK
        http = await stack.enter_async_context(aiohttp.ClientSession(trust_env=not local))
        parts = build(settings, roles, admin_token, bus, http)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for name, run in parts.run.items():
            stack.callback(tasks.create_task(run(), name=name).cancel)
        for close in parts.close:
            stack.push_async_callback(close)
        runner = web.AppRunner(
            create_application(bus, parts.routes, parts.refused),
            handler_cancellation=True,
            keepalive_timeout=KEEPALIVE_S,
            shutdown_timeout=SHUTDOWN_S,
            access_log=None,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        assert runner.server is not None
        listen = AcceptorSettings(
            settings.host,
            settings.port,
            tls,
            BACKLOG,
            open_files.connections(),
            reuse_port=reuse_port,
        )
        acceptor = await stack.enter_async_context(accepting(listen, runner.server, parts.refused))
        if settings.metrics_port is not None:
            second = replace(listen, port=settings.metrics_port, reuse_port=False)
            await stack.enter_async_context(accepting(second, runner.server, parts.refused))
        yield acceptor.port


def build(
    settings: Settings,
    roles: frozenset[Role],
    admin_token: str,
    bus: Bus,
    http: aiohttp.ClientSession,
) -> Parts:
    """The parts of `roles`; every line that joins two stages is here."""
    clock = SystemClock()
    parts = Parts()
    edge: Callable[[], EdgeCounts] | None = None
    open_events: AskEvents | None = None
    offer_loopback(enabled=settings.host in LOOPBACK)
    if Role.FLOOR in roles:
        floors = Floors(bus, clock, ms_to_samples(settings.frame_ms))
        ice = settings.ice_servers.get_secret_value()
        servers = tuple(IceServer.parse(text) for text in ice.split(",") if text.strip())
        whip = WhipEndpoint(partial(find_event, bus), floors, IngestSettings(ice_servers=servers))
        parts.run["floor"] = floors.run
        parts.close.append(whip.close)
        parts.routes += [*whip.routes(), web.get("/stage/{event}", page("stage/stage.html"))]
    if Role.BOOTHS in roles:
        crew = Crew(
            bus,
            booth_kit(settings, http),
            clock,
            on_demand=settings.on_demand,
            linger_s=settings.linger_s,
        )
        parts.run["booths"] = crew.run
    if Role.EDGE in roles:
        rooms = Rooms(bus, clock, Ring.open() if settings.batched_sends else None)
        parts.run["edge"] = rooms.run
        parts.routes += EdgeRoutes(rooms, settings.frame_ms).routes()
        parts.routes += HttpAudioRoutes(rooms).routes()
        announced = tuple(settings.webrtc_addresses.replace(",", " ").split())
        egress = Egress(EgressSettings(settings.webrtc_port, announced))
        parts.run["egress"] = egress.run
        edge = rooms.counts
        whep = WhepEndpoint(rooms, egress, bus, clock)
        parts.run["whep"] = whep.run
        parts.routes += whep.routes()
        parts.routes.append(web.get("/e/{event}", page("attendee/attendee.html")))
    if Role.DESK in roles:
        board = Board(bus, clock)
        desk = DeskRoutes(
            Events(bus, clock), board, admin_token, settings.public_url, TARGET_LANGUAGES
        )
        open_events = desk.open_events
        parts.run["desk"] = board.run
        parts.routes += [*desk.routes(), web.get("/desk", desk_page(desk))]
    parts.routes.append(metrics_route(parts.refused, edge, open_events))
    return parts


async def find_event(bus: Bus, event_id: str) -> Event | None:
    """An event by its id, for the WHIP endpoint."""
    if not SLUG.fullmatch(event_id):
        return None
    record = await bus.get(keys.event_record(event_id))
    return Event.from_json(record.value) if record else None


def desk_page(desk: DeskRoutes) -> Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]:
    """The desk's page, which also takes the link with the token."""
    send = page("desk/desk.html")

    async def answer(request: web.Request) -> web.StreamResponse:
        return desk.sign_in(request) or await send(request)

    return answer


def booth_kit(settings: Settings, http: aiohttp.ClientSession) -> Kit:
    """What booths work with: engines, what they cost, how channels catch up."""
    extra = (tag.strip() for tag in settings.extra_translate_languages.split(","))
    engines = Engines(
        http,
        realtime_endpoint(settings),
        settings.converse_model,
        settings.transcribe_model,
        frozenset(tag for tag in extra if tag),
    )
    prices = Prices(**{p.name: getattr(settings, f"price_{p.name}") for p in fields(Prices)})
    limits = CatchUpLimits(max_tempo=settings.max_tempo, lag_cap_ms=settings.lag_cap_ms)
    return Kit(engines, prices.cost, limits, ms_to_samples(settings.frame_ms))


def realtime_endpoint(settings: Settings) -> Endpoint:
    """The Realtime service of these settings.

    Raises:
        ValueError: its address or key cannot be one.
    """
    return Endpoint(
        settings.realtime_url,
        settings.api_key.get_secret_value() if settings.api_key else "",
        settings.realtime_azure,
        settings.translate_model,
    )
