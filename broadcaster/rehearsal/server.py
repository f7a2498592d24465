"""The rehearsal server's HTTP side: health, control, and a session for every WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import WSCloseCode, web

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.faults import control
from broadcaster.rehearsal.faults.catalogue import Fault, Moment
from broadcaster.rehearsal.faults.connection import Line
from broadcaster.rehearsal.faults.plan import Faults, SessionFaults, Subject
from broadcaster.rehearsal.hearing.listening import Listening
from broadcaster.rehearsal.hearing.recordings import Segments
from broadcaster.rehearsal.hearing.script import words_of
from broadcaster.rehearsal.sessions import handshake
from broadcaster.rehearsal.sessions.conversation import ConversationSession
from broadcaster.rehearsal.sessions.session import Session, Settings, new_session_id
from broadcaster.rehearsal.sessions.targets import english_names
from broadcaster.rehearsal.sessions.transcription import TranscriptionSession
from broadcaster.rehearsal.sessions.translation import TranslationSession
from broadcaster.rehearsal.speaking.apertium import Apertium
from broadcaster.rehearsal.speaking.interpreting import Interpreter
from broadcaster.rehearsal.speaking.voice import Voice

REALTIME_PATH = "/v1/realtime"
TRANSLATIONS_PATH = "/v1/realtime/translations"
_MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""15 MiB of sound, as base64, with something around it."""


@dataclass(frozen=True, slots=True)
class _Engines:
    listening: Listening
    segments: Segments
    interpreter: Interpreter


LISTENING = web.AppKey("listening", Listening)
_ENGINES = web.AppKey("engines", _Engines)
_SETTINGS = web.AppKey("settings", Settings)
_SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


def create_app(settings: Settings | None = None, faults: Sequence[Fault] = ()) -> web.Application:
    """The server as an application; its workers live from startup to cleanup.

    Args:
        settings: how it behaves.
        faults: what is planned to go wrong from the start.
    """
    planned = Faults()
    for fault in faults:
        planned.plan(fault)
    app = web.Application()
    app[_SETTINGS] = settings or Settings()
    app[_SOCKETS] = set()
    app.router.add_get("/healthz", _healthz)
    app.router.add_get(TRANSLATIONS_PATH, _translations)
    app.router.add_get(REALTIME_PATH, _realtime)
    control.add_routes(app, planned)
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
        await asyncio.to_thread(english_names)
        segments = Segments([len(words_of(one.text)) for one in prepared.sentences])
        stack.push_async_callback(segments.close)
        app[LISTENING] = await stack.enter_async_context(Listening.running())
        interpreter = Interpreter(prepared, voice, apertium, free_languages)
        app[_ENGINES] = _Engines(app[LISTENING], segments, interpreter)
        yield


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _translations(request: web.Request) -> web.StreamResponse:
    return await _serve(request, "translation")


async def _realtime(request: web.Request) -> web.StreamResponse:
    return await _serve(request, handshake.endpoint_of(request))


async def _serve(request: web.Request, endpoint: str) -> web.StreamResponse:
    sockets = request.app[_SOCKETS]
    refusal = handshake.refusal(request, endpoint, len(sockets))
    if refusal is not None:
        return refusal.response()
    faults = SessionFaults(request.app[control.FAULTS], Subject(endpoint, new_session_id()))
    for fault in faults.strike(Moment.HANDSHAKE):
        return handshake.refusal_by(fault).response()
    socket = web.WebSocketResponse(
        max_msg_size=_MAX_MESSAGE_BYTES, compress=False, heartbeat=20.0, timeout=2.0
    )
    await socket.prepare(request)
    sockets.add(socket)
    try:
        await _session(request, Line(socket, request.transport, faults)).run()
    finally:
        sockets.discard(socket)
    return socket


def _session(request: web.Request, line: Line) -> Session:
    settings, engines = request.app[_SETTINGS], request.app[_ENGINES]
    match line.faults.subject.endpoint:
        case "translation":
            return TranslationSession(line, settings, engines.listening, engines.interpreter)
        case "transcription":
            return TranscriptionSession(line, settings, engines.listening, engines.interpreter)
        case _:
            model = request.query["model"]
            return ConversationSession(line, settings, engines.segments, engines.interpreter, model)


async def _close_sockets(app: web.Application) -> None:
    sockets = app[_SOCKETS].copy()
    for socket in sockets:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server is going away")
