"""The rehearsal server as a web application: health, control, and a session per WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import WSCloseCode, web

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.faults import control
from broadcaster.rehearsal.faults.catalogue import Fault, Moment
from broadcaster.rehearsal.faults.connection import FaultyConnection
from broadcaster.rehearsal.faults.plan import FaultPlan, SessionFacts, SessionFaults
from broadcaster.rehearsal.hearing.recordings import RecordingRecogniser
from broadcaster.rehearsal.hearing.script import words_of
from broadcaster.rehearsal.hearing.shared_streams import SharedStreams
from broadcaster.rehearsal.sessions import handshake
from broadcaster.rehearsal.sessions.conversation import FakeConversationSession
from broadcaster.rehearsal.sessions.session import (
    EndpointSession,
    RehearsalSettings,
    new_session_id,
    serve,
)
from broadcaster.rehearsal.sessions.targets import english_names
from broadcaster.rehearsal.sessions.transcription import FakeTranscriptionSession
from broadcaster.rehearsal.sessions.translation import FakeTranslationSession
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter
from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from broadcaster.rehearsal.speaking.voice import RehearsalVoice
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.words.abilities import abilities_json
from broadcaster.rehearsal.words.apertium import Apertium
from broadcaster.rehearsal.words.free_translation import FreeTranslation
from broadcaster.rehearsal.words.text_models import TextModels, find_text_models

REALTIME_PATH = "/v1/realtime"
TRANSLATIONS_PATH = "/v1/realtime/translations"
LANGUAGES_PATH = "/v1/languages"
_MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""Room for 15 MiB of sound as base64, and the JSON around it."""


@dataclass(frozen=True, slots=True)
class _Engines:
    streams: SharedStreams
    recordings: RecordingRecogniser
    interpreter: TalkInterpreter


STREAMS = web.AppKey("streams", SharedStreams)
_ENGINES = web.AppKey("engines", _Engines)
_SETTINGS = web.AppKey("settings", RehearsalSettings)
_SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


def create_app(
    settings: RehearsalSettings | None = None, faults: Sequence[Fault] = ()
) -> web.Application:
    """The server as an application. Its workers live from startup to cleanup.

    Args:
        settings: how the server behaves.
        faults: faults that are planned from the start.
    """
    plan = FaultPlan()
    for fault in faults:
        plan.add(fault)
    app = web.Application()
    app[_SETTINGS] = settings or RehearsalSettings()
    app[_SOCKETS] = set()
    app[control.PLAN] = plan
    app.router.add_get("/healthz", _healthz)
    app.router.add_get(TRANSLATIONS_PATH, _translations)
    app.router.add_get(REALTIME_PATH, _realtime)
    if app[_SETTINGS].abilities is not None:
        app.router.add_get(LANGUAGES_PATH, _languages)
    if app[_SETTINGS].faults_by_http:
        control.add_routes(app)
    app.cleanup_ctx.append(_engines)
    app.on_shutdown.append(_close_sockets)
    return app


async def _engines(app: web.Application) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        voice = await asyncio.to_thread(_voice, app[_SETTINGS])
        stack.push_async_callback(voice.close)
        free = await asyncio.to_thread(_free_translation, app[_SETTINGS])
        stack.push_async_callback(free.close)
        prepared = await asyncio.to_thread(talk.load)
        await asyncio.to_thread(english_names)
        recordings = RecordingRecogniser(
            [len(words_of(one.text)) for one in prepared.sentences],
            app[_SETTINGS].recording_worker,
        )
        stack.push_async_callback(recordings.close)
        streams = SharedStreams.running(app[_SETTINGS].stream_worker)
        app[STREAMS] = await stack.enter_async_context(streams)
        if app[_SETTINGS].loads_first:
            await asyncio.gather(voice.prepare(), app[STREAMS].prepare())
        interpreter = TalkInterpreter(prepared, voice, free)
        app[_ENGINES] = _Engines(app[STREAMS], recordings, interpreter)
        yield


def _voice(settings: RehearsalSettings) -> RehearsalVoice:
    ahead = rendered.load() if settings.rendered_voices else None
    if settings.natural_voice is None:
        return RehearsalVoice(ahead=ahead)
    return RehearsalVoice(NaturalVoice(settings.natural_voice, male=settings.male), ahead)


def _free_translation(settings: RehearsalSettings) -> FreeTranslation:
    models = None
    if settings.text_models_dir is not None:
        found, _ = find_text_models(settings.text_models_dir)
        models = TextModels(settings.text_models_dir, found)
    return FreeTranslation(Apertium(), Apertium.languages(), models)


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _languages(request: web.Request) -> web.Response:
    settings = request.app[_SETTINGS]
    refusal = handshake.key_refusal(request, settings.key)
    if refusal is not None:
        return refusal.response()
    return web.json_response(abilities_json(settings.abilities or ()))


async def _translations(request: web.Request) -> web.StreamResponse:
    return await _answer(request, "translation")


async def _realtime(request: web.Request) -> web.StreamResponse:
    return await _answer(request, handshake.endpoint_of(request))


async def _answer(request: web.Request, endpoint: str) -> web.StreamResponse:
    sockets = request.app[_SOCKETS]
    refusal = handshake.refusal(request, endpoint, len(sockets), request.app[_SETTINGS].key)
    if refusal is not None:
        return refusal.response()
    faults = SessionFaults(request.app[control.PLAN], SessionFacts(endpoint, new_session_id()))
    for fault in faults.trigger(Moment.HANDSHAKE):
        return handshake.refusal_by(fault).response()
    socket = web.WebSocketResponse(
        max_msg_size=_MAX_MESSAGE_BYTES, compress=False, heartbeat=20.0, timeout=2.0
    )
    await socket.prepare(request)
    sockets.add(socket)
    try:
        connection = FaultyConnection(socket, request.transport, faults)
        session = _session(request, connection)
        await serve(session, connection, request.app[_SETTINGS].expires_s)
    finally:
        sockets.discard(socket)
    return socket


def _session(request: web.Request, connection: FaultyConnection) -> EndpointSession:
    settings, engines = request.app[_SETTINGS], request.app[_ENGINES]
    streams, interpreter = engines.streams, engines.interpreter
    match connection.faults.session.endpoint:
        case "translation":
            return FakeTranslationSession(connection, settings, streams, interpreter)
        case "transcription":
            return FakeTranscriptionSession(connection, settings, streams, interpreter)
        case _:
            model = request.query["model"]
            return FakeConversationSession(
                connection, settings, engines.recordings, interpreter, model
            )


async def _close_sockets(app: web.Application) -> None:
    sockets = app[_SOCKETS].copy()
    for socket in sockets:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server is going away")
