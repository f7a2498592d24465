"""The HTTP application of a process: pages, static files, security headers, health checks."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from broadcaster.errors import BusUnavailable
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Bus
from broadcaster.web.assets import assets
from broadcaster.web.client_limits import (
    CLIENT_LIMITS,
    AddressLimits,
    ClientLimits,
    limit_wrong_keys,
)
from broadcaster.web.clients import TrustedProxies, identifying
from broadcaster.web.errors import REFUSED, explain_errors, has_valid_host
from broadcaster.web.request_queue import queueing
from broadcaster.web.stopping import STOPPING, close_while_stopping, refuse_while_stopping

LARGEST_BODY_BYTES = 64 * 1024
DOCUMENT_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' {origins}; img-src 'self' data:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=()",
}
"""Of pages and of workers, which obey their own headers. A page's scripts obey the page's.

Sound that a script gives to the browser's player has a `blob:` address, which only scripts of the
page can make.
"""
_DOCUMENT_TYPES = frozenset({"text/html", "image/svg+xml"})


def page(name: str) -> Handler:
    """A handler that answers with one page of `listener_web/`."""

    async def send(request: web.Request) -> web.StreamResponse:
        asset = await assets().sent.ready(name)
        return asset.answer(request)

    return send


async def send_file(request: web.Request) -> web.StreamResponse:
    """A script, style or picture of the pages."""
    return await assets().answer(request, request.match_info["file"])


def create_application(
    bus: Bus,
    routes: Iterable[web.RouteDef],
    refused: Counter[str] | None = None,
    *,
    proxies: TrustedProxies | None = None,
    limits: ClientLimits | None = None,
    stopping: asyncio.Event | None = None,
    strict_transport: str | None = None,
    authenticate: Middleware | None = None,
) -> web.Application:
    """The application of one process.

    Args:
        bus: `/readyz` tells the state of its store, which others find out.
        routes: of the roles of this process.
        refused: counts refused requests, by error id.
        proxies: whose word about their clients is taken; None for nobody's.
        limits: of single clients; None for none.
        stopping: set once the process has begun to stop; None for never.
        strict_transport: value of the header `Strict-Transport-Security` of answers over TLS.
        authenticate: see `web.access.authentication`; None if there is no token but the server's.
    """
    middlewares = [
        identifying(proxies or TrustedProxies()),
        explain_errors,
        limit_wrong_keys,
        queueing(),
        *([authenticate] if authenticate is not None else []),
    ]
    application = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY_BYTES)
    application[REFUSED] = Counter() if refused is None else refused
    application[CLIENT_LIMITS] = limits or ClientLimits(AddressLimits(), SystemClock())
    application[STOPPING] = stopping or asyncio.Event()

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        refuse_while_stopping(request)
        store = bus.store_status()
        if not store.ready:
            raise BusUnavailable(store.message, hint=store.hint)
        return web.json_response({"status": "ready"})

    application.add_routes([*routes, web.get("/healthz", healthz), web.get("/readyz", readyz)])
    application.router.add_get("/static/{file:.+}", send_file)
    application.on_response_prepare.append(partial(_add_headers, strict_transport))
    application.on_response_prepare.append(close_while_stopping)
    return application


async def _add_headers(
    strict_transport: str | None, request: web.Request, response: web.StreamResponse
) -> None:
    if strict_transport is not None and request.secure:
        response.headers["Strict-Transport-Security"] = strict_transport
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.content_type not in _DOCUMENT_TYPES and not request.path.endswith("worker.js"):
        return
    # Older Safari does not take 'self' to cover WebSockets of the same host.
    host = request.host
    origins = f"ws://{host} wss://{host}" if host and has_valid_host(request) else ""
    for name, value in DOCUMENT_HEADERS.items():
        response.headers.setdefault(name, value.format(origins=origins))
