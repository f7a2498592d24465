"""Turns `Settings` into each part's own configuration: the only module that knows both."""

import ssl
from dataclasses import fields

import aiohttp

from broadcaster.booths.booth import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.staffing.costs import Prices
from broadcaster.config import Settings
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.sockets.acceptor import AcceptorSettings
from broadcaster.system import open_files
from broadcaster.webrtc.egress.port import EgressSettings
from broadcaster.webrtc.ice import IceServer
from broadcaster.webrtc.ingest import IngestSettings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that only programs on this machine can reach."""
BACKLOG = 4096
"""Connections the kernel queues while many phones join at once."""


def ingest_settings(settings: Settings) -> IngestSettings:
    """Return the settings of the speakers' connections.

    Raises:
        ValueError: an ICE server is not written as it should be.
    """
    texts = settings.ice_servers.get_secret_value().split(",")
    servers = tuple(IceServer.parse(text) for text in texts if text.strip())
    return IngestSettings(servers, loopback=settings.host in LOOPBACK)


def booth_dependencies(
    settings: Settings, bus: Bus, clock: Clock, http: aiohttp.ClientSession
) -> BoothDependencies:
    """Return the services of the booths: engines, their price, the limits of catching up."""
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
    return BoothDependencies(
        bus=bus,
        clock=clock,
        engines=engines,
        price=prices.cost,
        limits=limits,
        frame_samples=ms_to_samples(settings.frame_ms),
    )


def realtime_endpoint(settings: Settings) -> Endpoint:
    """The Realtime service that interprets.

    Raises:
        ValueError: its address or key is not valid.
    """
    return Endpoint(
        settings.realtime_url,
        settings.api_key.get_secret_value() if settings.api_key else "",
        settings.realtime_azure,
        settings.translate_model,
    )


def egress_settings(settings: Settings) -> EgressSettings:
    """Return the settings of the port for WebRTC listeners."""
    announced = tuple(settings.webrtc_addresses.replace(",", " ").split())
    return EgressSettings(settings.webrtc_port, announced, loopback=settings.host in LOOPBACK)


def acceptor_settings(
    settings: Settings, tls: ssl.SSLContext | None, *, reuse_port: bool
) -> AcceptorSettings:
    """Return the settings of the HTTP acceptor.

    Args:
        settings: host and port.
        tls: serve https with it.
        reuse_port: whether other processes listen on the same port.
    """
    return AcceptorSettings(
        settings.host, settings.port, tls, BACKLOG, open_files.connections(), reuse_port=reuse_port
    )
