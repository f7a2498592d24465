"""The rehearsal server's HTTP side: health, the handshake and its refusals.

A key decides what happens: any non-empty one is good, `sk-wrong`, `sk-quota` and `sk-busy` are
refused as the real server refuses a wrong key, an empty account and too many requests.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import WSCloseCode, web

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.apertium import Apertium
from broadcaster.rehearsal.interpreting import Interpreter
from broadcaster.rehearsal.listening import Listening
from broadcaster.rehearsal.protocol import MODEL
from broadcaster.rehearsal.session import Session, Settings
from broadcaster.rehearsal.voice import Voice

TRANSLATIONS_PATH = "/v1/realtime/translations"
MAX_SESSIONS = 64
_MAX_MESSAGE_BYTES = 15 * 1024 * 1024
_RETRY_AFTER_S = 2

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    kind: str
    code: str
    message: str
    param: str | None = None

    def response(self) -> web.Response:
        error = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        retry = {"Retry-After": str(_RETRY_AFTER_S)}
        retryable = self.code in {"rate_limit_exceeded", "server_is_overloaded"}
        headers = retry if retryable else {}
        return web.json_response({"error": error}, status=self.status, headers=headers)


_BAD_REQUEST = "invalid_request_error"
_NO_KEY = _Refusal(
    401,
    _BAD_REQUEST,
    "missing_api_key",
    "You didn't provide an API key. Send it in the Authorization header as a Bearer token.",
)
_KEY_REFUSALS = {
    "sk-wrong": _Refusal(401, _BAD_REQUEST, "invalid_api_key", "Incorrect API key provided."),
    "sk-quota": _Refusal(
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "sk-busy": _Refusal(
        429, "requests", "rate_limit_exceeded", "Rate limit reached, please try again later."
    ),
}
_BETA = _Refusal(
    400,
    _BAD_REQUEST,
    "invalid_beta",
    "Translation sessions are only available on the GA API.",
)
_NO_MODEL = _Refusal(
    400, _BAD_REQUEST, "missing_required_parameter", "You must provide a model parameter.", "model"
)
_WRONG_MODEL = _Refusal(
    400,
    _BAD_REQUEST,
    "invalid_model",
    f"This model is not supported on this endpoint. Use {MODEL}.",
    "model",
)
_OVERLOADED = _Refusal(
    503, "server_error", "server_is_overloaded", "The server has too many sessions."
)

LISTENING = web.AppKey("listening", Listening)
_INTERPRETER = web.AppKey("interpreter", Interpreter)
_SETTINGS = web.AppKey("settings", Settings)
_SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


def create_app(settings: Settings | None = None) -> web.Application:
    """The server as an application; its workers live from startup to cleanup."""
    app = web.Application()
    app[_SETTINGS] = settings or Settings()
    app[_SOCKETS] = set()
    app.router.add_get("/healthz", _healthz)
    app.router.add_get(TRANSLATIONS_PATH, _translations)
    app.cleanup_ctx.append(_engines)
    app.on_shutdown.append(_close_sockets)
    return app


async def _engines(app: web.Application) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        voice, apertium = Voice(), Apertium()
        stack.push_async_callback(voice.close)
        stack.push_async_callback(apertium.close)
        prepared = await asyncio.to_thread(talk.load)
        free_languages = await asyncio.to_thread(apertium.languages)
        app[_INTERPRETER] = Interpreter(prepared, voice, apertium, free_languages)
        app[LISTENING] = await stack.enter_async_context(Listening.running())
        yield


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _translations(request: web.Request) -> web.StreamResponse:
    refusal = _refusal(request)
    if refusal is not None:
        return refusal.response()
    socket = web.WebSocketResponse(
        max_msg_size=_MAX_MESSAGE_BYTES, compress=False, heartbeat=20.0, timeout=2.0
    )
    await socket.prepare(request)
    sockets = request.app[_SOCKETS]
    sockets.add(socket)
    try:
        app = request.app
        await Session(socket, app[_SETTINGS], app[LISTENING], app[_INTERPRETER]).run()
    finally:
        sockets.discard(socket)
    return socket


def _refusal(request: web.Request) -> _Refusal | None:
    """Why the handshake fails, None when it does not."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else ""
    key = key or request.headers.get("api-key", "").strip()
    if not key:
        return _NO_KEY
    if key in _KEY_REFUSALS:
        return _KEY_REFUSALS[key]
    if "OpenAI-Beta" in request.headers:
        return _BETA
    model = request.query.get("model")
    if model != MODEL:
        return _WRONG_MODEL if model else _NO_MODEL
    return _OVERLOADED if len(request.app[_SOCKETS]) >= MAX_SESSIONS else None


async def _close_sockets(app: web.Application) -> None:
    sockets = app[_SOCKETS].copy()
    for socket in sockets:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server is going away")
