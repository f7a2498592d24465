"""An edge on an embedded bus, over real sockets."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.http.routes import HttpAudioRoutes
from broadcaster.edge.join_routes import JoinRoutes
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.routes import EdgeRoutes
from broadcaster.edge.websocket.routes import WebSocketRoutes
from broadcaster.edge.whep.routes import WhepEndpoint
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind, opus_samples
from broadcaster.model.caption import Caption
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.sockets.places import PeerPlaces
from broadcaster.sockets.uring import Ring
from broadcaster.web.application import create_application, page
from broadcaster.web.client_limits import AddressLimits, ClientLimits
from broadcaster.web.clients import TrustedProxies
from broadcaster.webrtc.egress.port import EgressPort, EgressSettings

FRAME_MS = 60
PACKET = b"\x58opus"
"""The first byte says 60 ms."""
EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"), Channel("ar")), "key")


class Gate:
    """Holds back responses before their heads are sent, while it is shut."""

    def __init__(self) -> None:
        self.waiting = 0
        self._opened = asyncio.Event()
        self.open()

    def open(self) -> None:
        self._opened.set()

    def shut(self) -> None:
        self._opened.clear()

    async def __call__(self, _request: web.Request, _response: web.StreamResponse) -> None:
        self.waiting += 1
        await self._opened.wait()
        self.waiting -= 1


@dataclass
class Edge:
    """The edge, its bus, and a client."""

    bus: Bus
    url: str
    http: aiohttp.ClientSession
    rooms: Rooms
    whep: WhepEndpoint
    egress: EgressPort
    refused: Counter[str]
    gate: Gate
    limits: ClientLimits
    stopping: asyncio.Event
    sequences: Counter[str] = field(default_factory=Counter)
    positions: Counter[str] = field(default_factory=Counter)

    async def put(self, event: Event) -> None:
        await self.bus.put(keys.event_record(event.id), event.to_json())

    def say(self, channel: str, payload: bytes = PACKET) -> bytes:
        """Publish one frame of a channel; returns its envelope."""
        frame = AudioFrame(Kind.OPUS, self.sequences[channel], self.positions[channel], payload)
        self.sequences[channel] += 1
        self.positions[channel] += opus_samples(payload)
        self.bus.publish(keys.opus("talk", channel), frame.to_bytes())
        return frame.to_bytes()

    async def refuses(self, path: str, status: int, error: str, **headers: str) -> None:
        """Check that an address is refused with this status, this id and a next step."""
        async with asyncio.timeout(30), self.http.get(path, headers=headers) as answer:
            body = await answer.json()
        assert (answer.status, body["error"]) == (status, error)
        assert body["hint"]

    async def caption(
        self, number: int, text: str, *, final: bool = True, speaker: str = ""
    ) -> str:
        """Append a version of caption `number`; returns the stream id."""
        caption = Caption(f"es-{number}", "es", number, number, text, final, speaker=speaker)
        return await self.bus.append(keys.captions("talk", "es"), caption.to_json())


@asynccontextmanager
async def serving(
    bus: Bus,
    *,
    protects: bool = True,
    trusted_proxies: str = "",
    address_limits: AddressLimits | None = None,
    frame_ms: int = FRAME_MS,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Edge]:
    """An edge; several can share the bus.

    Args:
        bus: where its event is.
        protects: whether WebRTC listeners that lose packets get the protected variant.
        trusted_proxies: as in the setting.
        address_limits: of one client address.
        frame_ms: length of a packet that the edge announces.
        tls: serve https with it; its certificate is not checked by `Edge.http`.
    """
    clock = SystemClock()
    rooms, egress = Rooms(bus, clock, Ring.open()), EgressPort(EgressSettings(), clock)
    whep = WhepEndpoint(rooms, egress, bus, clock)
    edge = EdgeRoutes(rooms, clock)
    running = [
        asyncio.create_task(part.run(), name=type(part).__name__)
        for part in (rooms, egress, whep, edge)
        if protects or part is not whep
    ]
    routes = [
        *edge.routes(),
        *WebSocketRoutes(rooms, frame_ms, clock).routes(),
        *HttpAudioRoutes(rooms).routes(),
        *whep.routes(),
        *JoinRoutes(rooms, page("join/join.html")).routes(),
    ]
    refused, gate, stopping = Counter[str](), Gate(), asyncio.Event()
    proxies = TrustedProxies.parse(trusted_proxies)
    limits = ClientLimits(address_limits or AddressLimits(), clock)
    application = create_application(
        bus, routes, refused, proxies=proxies, limits=limits, stopping=stopping
    )
    application.on_response_prepare.append(gate)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    scheme = "http" if tls is None else "https"
    async with (
        accepting(
            AcceptorSettings("127.0.0.1", 0, tls),
            runner.server,
            refused,
            peers=PeerPlaces(limits.connections, proxies.counted_network),
        ) as acceptor,
        aiohttp.ClientSession(
            f"{scheme}://127.0.0.1:{acceptor.port}", connector=aiohttp.TCPConnector(ssl=tls is None)
        ) as http,
    ):
        url = f"{scheme}://127.0.0.1:{acceptor.port}"
        yield Edge(bus, url, http, rooms, whep, egress, refused, gate, limits, stopping)
    await runner.cleanup()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def running_edge(**options: Any) -> AsyncIterator[Edge]:
    """An edge with a bus of its own; see `serving`."""
    async with EmbeddedBus(None) as bus, serving(bus, **options) as edge:
        await edge.put(EVENT)
        yield edge


@pytest_asyncio.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running_edge() as edge:
        yield edge
