"""The life of a session, the same at all endpoints: it reads events, expires and ends."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import WSCloseCode

from broadcaster.rehearsal.faults.connection import (
    FaultyConnection,
    SessionExpired,
    SessionFinished,
)
from broadcaster.rehearsal.hearing.recordings import TALK_RECORDINGS
from broadcaster.rehearsal.hearing.shared_streams import TooManyStreams
from broadcaster.rehearsal.hearing.stream import TALK_WORKER
from broadcaster.rehearsal.wire.events import ServerEvents
from broadcaster.rehearsal.wire.validation import Invalid, Json, Shape, check_event
from broadcaster.rehearsal.words.abilities import LanguageAbility
from broadcaster.rehearsal.worker_process import WorkerFailed


@dataclass(frozen=True, slots=True)
class RehearsalSettings:
    """The behaviour of the server.

    Attributes:
        expires_s: maximum duration of a session.
        close_delay_s: how long the server waits before it answers `session.close`, after
            everything was said.
        response_speed: how much faster than it plays the sound of a response is sent.
        stream_worker: module and arguments of the process that recognises a stream.
        recording_worker: the same of the process that recognises a recording.
        natural_voice: arguments of the process of the natural voice; None without such a voice.
        male: the natural voice is male where there is a choice.
        rendered_voices: speak the sentences of the prepared talk as they were rendered ahead.
        text_models_dir: folder with models that translate; None if they are not used.
        abilities: the languages that clients are told of; None if they are told nothing.
        key: the only key that opens a session; None if any does.
        faults_by_http: faults can be planned at `/rehearsal/faults`.
        now_s: the time, Unix seconds.
        tells_places: the outputs of a translation tell when that was said which they interpret;
            otherwise they tell how much sound was heard, as OpenAI's do. The fragments of a
            transcription tell when they were said if they are settled, which OpenAI's do not.
        loads_first: the engines are loaded before the server is ready.
    """

    expires_s: float = 3600.0
    close_delay_s: float = 1.0
    response_speed: float = 4.0
    stream_worker: Sequence[str] = TALK_WORKER
    recording_worker: Sequence[str] = TALK_RECORDINGS
    natural_voice: Sequence[str] | None = None
    male: bool = False
    rendered_voices: bool = True
    text_models_dir: Path | None = None
    abilities: Sequence[LanguageAbility] | None = None
    key: str | None = None
    faults_by_http: bool = True
    now_s: Callable[[], float] = time.time
    tells_places: bool = False
    loads_first: bool = False


class EndpointSession(Protocol):
    """An endpoint's handling of one client's events. `serve` runs it."""

    client_events: Mapping[str, Shape]
    """The shapes of the events a client may send, by their type."""

    @property
    def events(self) -> ServerEvents:
        """Builds the server events."""
        ...

    def config(self) -> Json:
        """The configuration, as `session.created` and `session.updated` show it."""
        ...

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Start the tasks that the endpoint needs besides reading."""
        ...

    async def obey(self, kind: str, event: Json) -> None:
        """Obey one client event, whose fields were checked.

        Raises:
            Invalid: the event cannot be obeyed. The client is told, and the session goes on.
        """
        ...

    def close(self) -> None:
        """Release everything. Called once, however the session ends."""
        ...


async def serve(session: EndpointSession, connection: FaultyConnection, expires_s: float) -> None:
    """Serve one client from `session.created` until the client or the server ends the session.

    Args:
        session: the endpoint's part.
        connection: to the client.
        expires_s: maximum duration.
    """

    async def end(message: str, code: str, kind: str, close_code: WSCloseCode) -> None:
        event = session.events.error(Invalid(code, message), kind)
        with contextlib.suppress(ConnectionError, TimeoutError):
            await connection.end(event, close_code, message)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_read(session, connection), name="rehearsal-read")
            tasks.create_task(_expire(expires_s), name="rehearsal-expire")
            tasks.create_task(connection.run(), name="rehearsal-connection")
            session.start(tasks)
    except* (SessionFinished, ConnectionError, TimeoutError):
        pass
    except* SessionExpired:
        message = "Your session hit the maximum duration of 60 minutes."
        await end(message, "session_expired", "invalid_request_error", WSCloseCode.GOING_AWAY)
    except* TooManyStreams:
        message = "Too many different audio streams; the server is overloaded."
        await end(message, "server_is_overloaded", "server_error", WSCloseCode.TRY_AGAIN_LATER)
    except* WorkerFailed:
        message = "The server had an error while processing the audio."
        await end(message, "server_error", "server_error", WSCloseCode.INTERNAL_ERROR)
    finally:
        session.close()


async def _read(session: EndpointSession, connection: FaultyConnection) -> None:
    await connection.send(session.events.created(session.config()))
    while True:
        event_id = None
        try:
            text = await connection.receive()
            kind, event_id, event = check_event(text, session.client_events)
            await session.obey(kind, event)
        except Invalid as error:
            answered = error if event_id is None else error.of_event(event_id)
            await connection.send(session.events.error(answered))


async def _expire(expires_s: float) -> None:
    await asyncio.sleep(expires_s)
    raise SessionExpired


def new_session_id() -> str:
    """A name no other session has."""
    return f"sess_{uuid.uuid4().hex}"


def expiry(settings: RehearsalSettings) -> int:
    """Unix time in seconds at which a session that begins now expires."""
    return int(settings.now_s() + settings.expires_s)
