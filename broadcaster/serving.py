"""Starts a process of one or more roles, serves its addresses, and closes everything in reverse."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

from aiohttp import web

from broadcaster import from_settings, provider_settings
from broadcaster.app import build
from broadcaster.bus import open_bus
from broadcaster.config import Role, Settings
from broadcaster.errors import BusUnavailable
from broadcaster.floor.last_minute import leave_live_floors
from broadcaster.model.clock import SystemClock
from broadcaster.os_errors import METRICS_PORT, PORT, blaming
from broadcaster.parts.process import ProcessParts
from broadcaster.sockets.acceptor import Acceptor, accepting
from broadcaster.sockets.places import PeerPlaces
from broadcaster.system import private_files
from broadcaster.web.application import create_application
from broadcaster.web.client_limits import ClientLimits
from broadcaster.web.clients import TrustedProxies
from broadcaster.web.protocol import http_protocol
from broadcaster.web.redirect import redirect_to_https

SHUTDOWN_S = 2.0
"""Time that open requests may take when the process stops."""


@asynccontextmanager
async def running(
    settings: Settings,
    roles: frozenset[Role],
    admin_token: str,
    tls: ssl.SSLContext | None = None,
    *,
    reuse_port: bool = False,
) -> AsyncIterator[Acceptor]:
    """Run the stages of `roles` inside the context.

    Args:
        settings: see `config`.
        roles: which stages.
        admin_token: the organizer's.
        tls: serve https with it.
        reuse_port: whether other processes listen on the same port.

    Yields:
        What accepts connections; it knows the addresses and the port that are served.

    Raises:
        SettingUnusable: an address is in use, or not one of this machine.
        BusUnavailable: the bus cannot be opened.
        DataFolderInUse: another server uses the data folder.
    """
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(private_files.tighten, settings.data_dir)
        strict_transport = await asyncio.to_thread(from_settings.strict_transport, settings)
        keyring = None
        if Role.DESK in roles:
            keyring = await asyncio.to_thread(from_settings.stage_keyring, settings)
        bus = await stack.enter_async_context(open_bus(settings.redis_url, settings.data_dir))
        with suppress(BusUnavailable):  # the store is reported, and tried again
            await bus.probe()
        if not bus.shared:
            stack.push_async_callback(leave_live_floors, bus)
        http = await stack.enter_async_context(provider_settings.http_session(settings))
        parts = build(settings, roles, admin_token, bus, http, keyring)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for name, run in parts.run.items():
            stack.callback(tasks.create_task(run(), name=name).cancel)
        for close in parts.close:
            stack.push_async_callback(close)
        proxies = TrustedProxies.parse(settings.trusted_proxies)
        limits = ClientLimits(from_settings.address_limits(settings), SystemClock())
        application = create_application(
            bus,
            parts.routes,
            parts.refused,
            proxies=proxies,
            limits=limits,
            stopping=parts.stopping,
            strict_transport=strict_transport,
            authenticate=parts.authenticate,
        )
        last_bytes_s = from_settings.last_bytes_s(settings) or SHUTDOWN_S
        accept = partial(
            accepting,
            protocol=await _served(stack, application, last_bytes_s),
            refused=parts.refused,
            plain=_redirected(stack),
            peers=PeerPlaces(limits.connections, proxies.counted_network),
        )
        listen = from_settings.acceptor_settings(settings, tls, reuse_port=reuse_port)
        with blaming(PORT, f"{listen.host}, port {listen.port}"):
            acceptors = [await stack.enter_async_context(accept(listen))]
        if settings.metrics_port is not None:
            metrics = replace(listen, port=settings.metrics_port, reuse_port=False)
            with blaming(METRICS_PORT, f"{metrics.host}, port {metrics.port}"):
                acceptors.append(await stack.enter_async_context(accept(metrics)))
        yield acceptors[0]
        # Not reached after an error, nor if a second signal came.
        await _send_clients_away(parts, acceptors, from_settings.goodbye_s(settings))


async def _served(
    stack: AsyncExitStack, application: web.Application, last_bytes_s: float
) -> Callable[[], asyncio.Protocol]:
    """The protocol of a connection to the application, which the stack ends."""
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=last_bytes_s)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    assert runner.server is not None
    return http_protocol(runner.server)


def _redirected(stack: AsyncExitStack) -> Callable[[], asyncio.Protocol]:
    """The protocol of a connection by plain http to an https port."""
    server = web.Server(redirect_to_https)
    stack.push_async_callback(server.shutdown, 0)
    return http_protocol(server)


async def _send_clients_away(
    parts: ProcessParts, acceptors: Sequence[Acceptor], over_s: float
) -> None:
    """Accept nobody from now on, and let those who are here connect to other processes."""
    parts.stopping.set()
    for acceptor in acceptors:
        acceptor.close()
    async with asyncio.TaskGroup() as tasks:
        for number, send_away in enumerate(parts.send_away):
            tasks.create_task(send_away(over_s), name=f"goodbye:{number}")
