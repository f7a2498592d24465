"""What the sessions of all endpoints have in common: they read, they expire, they end."""

import asyncio
import contextlib
import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass

from aiohttp import WSCloseCode

from broadcaster.rehearsal.faults.connection import Expired, Finished, Line
from broadcaster.rehearsal.hearing.listening import TooManyStreams
from broadcaster.rehearsal.wire.events import Events
from broadcaster.rehearsal.wire.validation import Invalid, Json
from broadcaster.rehearsal.worker_process import WorkerFailed


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves.

    Attributes:
        expires_s: life of a session.
        close_delay_s: what `session.close` takes after everything was said.
        response_speed: how much faster than it plays the sound of a response is sent.
    """

    expires_s: float = 3600.0
    close_delay_s: float = 1.0
    response_speed: float = 4.0


class Session(ABC):
    """Serves one client from `session.created` to the end.

    Args:
        line: the connection.
        settings: how the server behaves.
        events: builds what it says.
    """

    def __init__(self, line: Line, settings: Settings, events: Events) -> None:
        self._line, self._settings, self._events = line, settings, events

    async def run(self) -> None:
        """Serve until the client or the server closes."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(), name="rehearsal-read")
                tasks.create_task(self._expire(), name="rehearsal-expire")
                tasks.create_task(self._line.run(), name="rehearsal-line")
                self._begin(tasks)
        except* (Finished, ConnectionError, TimeoutError):
            pass
        except* Expired:
            message = "Your session hit the maximum duration of 60 minutes."
            error = Invalid("session_expired", message)
            await self._end(self._events.error(error), message, WSCloseCode.GOING_AWAY)
        except* TooManyStreams:
            message = "Too many different audio streams; the server is overloaded."
            error = Invalid("server_is_overloaded", message)
            event = self._events.error(error, "server_error")
            await self._end(event, message, WSCloseCode.TRY_AGAIN_LATER)
        except* WorkerFailed:
            message = "The server had an error while processing the audio."
            event = self._events.error(Invalid("server_error", message), "server_error")
            await self._end(event, message, WSCloseCode.INTERNAL_ERROR)
        finally:
            self._leave()

    @abstractmethod
    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        """Start what works besides the reading."""

    @abstractmethod
    async def _greet(self) -> None:
        """Say that the session was created."""

    @abstractmethod
    async def _handle(self, text: str) -> None:
        """Obey one client event.

        Raises:
            Invalid: it cannot be obeyed; the client is told.
        """

    @abstractmethod
    def _leave(self) -> None:
        """Let go of what the session used."""

    async def _read(self) -> None:
        await self._greet()
        while True:
            try:
                await self._handle(await self._line.receive())
            except Invalid as error:
                await self._line.send(self._events.error(error))

    async def _expire(self) -> None:
        await asyncio.sleep(self._settings.expires_s)
        raise Expired

    async def _end(self, event: Json, message: str, code: WSCloseCode) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            await self._line.end(event, code, message)


def new_session_id() -> str:
    """A name no other session has."""
    return f"sess_{uuid.uuid4().hex}"


def expiry(settings: Settings) -> int:
    """Unix time in seconds at which a session that begins now is over."""
    return int(time.time() + settings.expires_s)
