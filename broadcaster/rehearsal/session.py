"""One translation session: its WebSocket, its ear and its output."""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from broadcaster.rehearsal.child import WorkerFailed
from broadcaster.rehearsal.constants import INPUT_FRAME_BYTES, INPUT_FRAME_MS
from broadcaster.rehearsal.heard import Heard
from broadcaster.rehearsal.interpreting import Interpreter
from broadcaster.rehearsal.listening import Ear, Listening, TooManyStreams
from broadcaster.rehearsal.output import Output, Sound, Text, pieces
from broadcaster.rehearsal.protocol import (
    Append,
    Close,
    Config,
    Events,
    Invalid,
    Json,
    Update,
    parse,
)

MAX_HEARD = 64
"""Sentences that wait to be translated; beyond it the newest is lost."""
_SEND_S = 10.0
_DRAIN_S = 5.0
_UNSPACED = frozenset({"ja", "zh", "th", "lo", "my"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves.

    Attributes:
        expires_s: life of a session.
        close_delay_s: what `session.close` takes after everything was said.
    """

    expires_s: float = 3600.0
    close_delay_s: float = 1.0


class _Finished(Exception):
    """The session is over: raised inside to end its tasks."""


class Session:
    """Serves one client from `session.created` to the end.

    Args:
        socket: an open WebSocket.
        settings: how the server behaves.
        listening: where its ear joins the others.
        interpreter: translates and speaks.
        now: Unix time in seconds.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        settings: Settings,
        listening: Listening,
        interpreter: Interpreter,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._socket, self._settings, self._interpreter = socket, settings, interpreter
        self._events = Events(f"sess_{uuid.uuid4().hex}", int(now() + settings.expires_s))
        self._config = Config()
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(MAX_HEARD)
        self._ear = Ear(listening, self._on_heard)
        self._output = Output()
        self._partial_frame = b""
        self._frames = 0
        self._transcribed = False

    async def run(self) -> None:
        """Serve until the client or the server closes."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(), name="rehearsal-read")
                tasks.create_task(self._interpret(), name="rehearsal-interpret")
                tasks.create_task(self._expire(), name="rehearsal-expire")
        except* (_Finished, ConnectionError, TimeoutError):
            pass
        except* TooManyStreams:
            message = "Too many different audio streams; the server is overloaded."
            await self._end("server_is_overloaded", message, WSCloseCode.TRY_AGAIN_LATER)
        except* WorkerFailed:
            message = "The server had an error while processing the audio."
            await self._end("server_error", message, WSCloseCode.INTERNAL_ERROR)
        finally:
            self._ear.close()

    async def _read(self) -> None:
        await self._send(self._events.created(self._config))
        while True:
            message = await self._socket.receive()
            if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED}:
                raise _Finished
            if message.type is WSMsgType.ERROR:
                raise _Finished
            try:
                await self._handle(message)
            except Invalid as error:
                await self._send(self._events.error(error))

    async def _handle(self, message: WSMessage) -> None:
        if message.type is not WSMsgType.TEXT:
            raise Invalid("invalid_event", "Events are JSON text messages.")
        match parse(message.data):
            case Update() as update:
                self._config = update.applied_to(self._config)
                await self._send(self._events.updated(self._config))
            case Append(pcm):
                await self._listen(pcm)
            case Close():
                await self._close()

    async def _listen(self, pcm: bytes) -> None:
        """Shorter appends are buffered to a frame, longer ones split."""
        sound = self._partial_frame + pcm
        whole = len(sound) - len(sound) % INPUT_FRAME_BYTES
        self._partial_frame = sound[whole:]
        for at in range(0, whole, INPUT_FRAME_BYTES):
            await self._ear.hear(sound[at : at + INPUT_FRAME_BYTES])
            self._frames += 1
            await self._say(self._output.tick())

    def _on_heard(self, heard: Heard) -> None:
        if self._heard.full():
            _log.warning("a sentence is lost: too many wait")
            return
        self._heard.put_nowait(heard)

    async def _interpret(self) -> None:
        while True:
            heard = await self._heard.get()
            try:
                await self._pass_on(heard)
            finally:
                self._heard.task_done()

    async def _pass_on(self, heard: Heard) -> None:
        if self._config.transcription is not None:
            for number, delta in enumerate(pieces(self._interpreter.original(heard))):
                joint = " " if self._transcribed and number == 0 else ""
                await self._send(self._events.input_text(joint + delta, self._elapsed_ms()))
            self._transcribed = True
        language = self._config.language
        said = await self._interpreter.interpret(heard, language)
        if said is not None:
            spaced = language not in _UNSPACED
            await self._say(self._output.say(said.text, said.pcm, spaced=spaced))

    async def _close(self) -> None:
        """Say all that is left, take some time, and end."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._ear.finish()
                await self._heard.join()
        except TimeoutError:
            _log.warning("a session was closed before all was recognised")
        await self._say(self._output.rest())
        await asyncio.sleep(self._settings.close_delay_s)
        await self._send(self._events.closed())
        await self._socket.close()
        raise _Finished

    async def _expire(self) -> None:
        await asyncio.sleep(self._settings.expires_s)
        message = "Your session hit the maximum duration of 60 minutes."
        await self._end("session_expired", message, WSCloseCode.GOING_AWAY)
        raise _Finished

    async def _end(self, code: str, message: str, close_code: WSCloseCode) -> None:
        kind = "invalid_request_error" if code == "session_expired" else "server_error"
        with contextlib.suppress(ConnectionError, TimeoutError):
            await self._send(self._events.error(Invalid(code, message), kind))
            await self._socket.close(code=close_code, message=message.encode())

    async def _say(self, deltas: list[Text | Sound]) -> None:
        for delta in deltas:
            match delta:
                case Text(text):
                    await self._send(self._events.output_text(text, self._elapsed_ms()))
                case Sound(pcm):
                    await self._send(self._events.output_audio(pcm, self._elapsed_ms()))

    def _elapsed_ms(self) -> int:
        """The input's position at emission less one frame, as the real server counts."""
        return max(0, self._frames - 1) * INPUT_FRAME_MS

    async def _send(self, event: Json) -> None:
        """The only way to the client.

        Raises:
            TimeoutError: the client does not read.
        """
        async with asyncio.timeout(_SEND_S):
            await self._socket.send_str(json.dumps(event, ensure_ascii=False))
