"""What all HTTP of a process shares: pages, files, security headers, errors, health."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from broadcaster.errors import BusUnavailable, Refused
from broadcaster.model.ports import Bus
from broadcaster.web.assets import assets
from broadcaster.web.request_queue import Turnstile

log = logging.getLogger("broadcaster.web.application")

LARGEST_BODY_BYTES = 64 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' {origins}; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=()",
}

_REFUSED = web.AppKey("refused", Counter[str])
_TURNSTILE = web.AppKey("turnstile", Turnstile)
_PROBES = web.AppKey("probes", Turnstile)
_PROBED = frozenset({"/healthz", "/readyz"})
"""A late answer to these is taken for a dead server: they have a line of their own."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page(name: str) -> Handler:
    """A handler that answers with one page of `listener_web/`."""
    asset = assets()[name]

    async def send(request: web.Request) -> web.StreamResponse:
        return asset.answer(request)

    return send


async def send_file(request: web.Request) -> web.StreamResponse:
    """A script, style or picture of the pages."""
    asset = assets().get(request.match_info["file"])
    if asset is None:
        raise web.HTTPNotFound
    return asset.answer(request)


def create_application(
    bus: Bus, routes: Iterable[web.RouteDef], refused: Counter[str] | None = None
) -> web.Application:
    """The application of one process.

    Args:
        bus: asked by `/readyz`.
        routes: what the roles of this process answer.
        refused: where refused requests are counted, by error id.
    """
    application = web.Application(middlewares=[explain_errors], client_max_size=LARGEST_BODY_BYTES)
    application[_TURNSTILE] = Turnstile()
    application[_PROBES] = Turnstile(per_turn=1)
    application[_REFUSED] = Counter() if refused is None else refused

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        await bus.ping()
        return web.json_response({"status": "ready"})

    application.add_routes([*routes, web.get("/healthz", healthz), web.get("/readyz", readyz)])
    application.router.add_get("/static/{file:.+}", send_file)
    application.on_response_prepare.append(_add_headers)
    return application


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request waits its turn; every error leaves as `{error, message, hint}`."""
    try:
        await request.app[_PROBES if request.path in _PROBED else _TURNSTILE].turn()
        return await handler(request)
    except Refused as refused:
        request.app[_REFUSED][refused.error] += 1
        return web.json_response(refused.body(), status=refused.status, headers=refused.headers)
    except ConnectionResetError:
        return web.Response(status=400)  # its client is gone, nobody reads it
    except BusUnavailable as away:
        return _answer(503, away.error, away.message, away.hint)
    except web.HTTPException as plain:
        return _explained(plain)
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return _answer(
            500, "internal", "something went wrong on the server", "Its log says what; try again."
        )


def _explained(plain: web.HTTPException) -> web.Response:
    """What the framework itself refuses, in our form."""
    match plain:
        case web.HTTPRequestEntityTooLarge():
            return _answer(413, "body_too_large", "the body is too large", "Send at most 64 KiB.")
        case web.HTTPNotFound():
            return _answer(404, "not_found", "there is nothing at this address", "Check the link.")
        case web.HTTPMethodNotAllowed(allowed_methods=allowed):
            methods = ", ".join(sorted(allowed))
            answer = _answer(405, "wrong_method", "not with this method", f"Allowed: {methods}.")
            answer.headers["Allow"] = methods
            return answer
    raise plain


def _answer(status: int, error: str, message: str, hint: str) -> web.Response:
    return web.json_response({"error": error, "message": message, "hint": hint}, status=status)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    # Older Safari does not take 'self' to cover WebSockets of the same host.
    origins = f"ws://{request.host} wss://{request.host}"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value.format(origins=origins))
