"""The WebSocket of one session, and the only place where faults touch what is sent.

Sessions send events and read messages here as if nothing could go wrong.
"""

import asyncio
import base64
import contextlib
import json
import logging
from collections import deque

from aiohttp import WSCloseCode, WSMsgType, web

from broadcaster.rehearsal.faults.catalogue import Fault, Moment
from broadcaster.rehearsal.faults.plan import SessionFaults
from broadcaster.rehearsal.wire.validation import Invalid, Json

_SEND_S = 10.0
_MAX_HELD = 4_096
"""Events that wait during a stall; beyond it the newest are lost."""
_ACCEPTING = frozenset({"session.created", "session.updated"})
_AUDIO_DELTAS = frozenset({"session.output_audio.delta", "response.output_audio.delta"})
_GARBAGE = (
    '{"type":"session.output_audio.delta","delta":"AAAA',
    "[]",
    "null",
    "{}",
    '{"type":7,"event_id":"event_garbage"}',
    '{"type":"session.output_transcript.delta","event_id":"event_garbage"}',
    '{"type":"session.output_audio.delta","event_id":"event_garbage","delta":"*"}',
    '{"type":"response.output_audio.delta","event_id":"event_garbage","delta":"*"}',
    '{"type":"response.done","event_id":"event_garbage","response":3}',
    '{"type":"error","event_id":"event_garbage","error":"no"}',
)
_UNKNOWN = (
    '{"type":"ping","event_id":"event_unknown"}',
    '{"type":"session.usage.updated","event_id":"event_unknown","usage":{"seconds":1.5}}',
    '{"type":"response.thinking.delta","event_id":"event_unknown","delta":"hm"}',
)

_log = logging.getLogger(__name__)


class Finished(Exception):
    """The connection is over: raised to end the session's tasks."""


class Expired(Exception):
    """The session's time is over, or a fault says so."""


class Line:
    """Text messages both ways.

    Args:
        socket: an open WebSocket.
        transport: what it runs over.
        faults: those of this session.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        faults: SessionFaults,
    ) -> None:
        self.faults = faults
        self._socket, self._transport = socket, transport
        self._accept_s = 0.0
        self._stall_s = 0.0
        self._stalling = asyncio.Event()
        self._held: deque[Json] = deque()

    async def receive(self) -> str:
        """The next message.

        Raises:
            Finished: the client is gone.
            Invalid: it is no text.
        """
        message = await self._socket.receive()
        if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
            raise Finished
        if message.type is not WSMsgType.TEXT:
            raise Invalid("invalid_event", "Events are JSON text messages.")
        return str(message.data)

    async def send(self, event: Json) -> None:
        """Send an event, as the faults let it through.

        Raises:
            TimeoutError: the client does not read.
        """
        kind = event["type"]
        if kind in _ACCEPTING:
            for fault in self.faults.strike(Moment.ACCEPT):
                self._accept_s = fault.wait_s
            await asyncio.sleep(self._accept_s)
        elif kind == "session.closed":
            for fault in self.faults.strike(Moment.CLOSE):
                await self._delay_goodbye(fault)
        if kind in _AUDIO_DELTAS and self.faults.spell("mute"):
            event = {**event, "delta": _silent(event["delta"])}
        copies = 2 if kind.endswith(".delta") and self.faults.spell("duplicate_deltas") else 1
        for _ in range(copies):
            if not self._stalling.is_set():
                await self._write(json.dumps(event, ensure_ascii=False))
            elif len(self._held) < _MAX_HELD:
                self._held.append(event)
            else:
                _log.warning("an event is lost: too many wait for the end of a stall")

    async def strike(self) -> None:
        """Suffer what interrupts a session in the middle of speech.

        Raises:
            Finished: the connection was cut.
            Expired: the session is to end as if its time were over.
        """
        for fault in self.faults.strike(Moment.MIDDLE):
            _log.info("%s strikes %s", fault.name, self.faults.subject.session_id)
            match fault.name:
                case "drop":
                    if self._transport is not None:
                        self._transport.abort()
                    raise Finished
                case "expire":
                    raise Expired
                case "stall":
                    self._stall_s = fault.wait_s
                    self._stalling.set()
                case "garbage":
                    for text in _GARBAGE:
                        await self._write(text)
                case "unknown_events":
                    for text in _UNKNOWN:
                        await self._write(text)

    async def run(self) -> None:
        """End stalls; what was held leaves in its order."""
        while True:
            await self._stalling.wait()
            await asyncio.sleep(self._stall_s)
            await self._release()
            self._stalling.clear()

    async def end(self, last: Json, code: WSCloseCode = WSCloseCode.OK, message: str = "") -> None:
        """Send a last event and close.

        Raises:
            TimeoutError: the client does not read.
        """
        self._stalling.clear()
        await self._release()
        await self.send(last)
        await self._socket.close(code=code, message=message.encode())

    async def _release(self) -> None:
        while self._held:
            await self._write(json.dumps(self._held.popleft(), ensure_ascii=False))

    async def _delay_goodbye(self, fault: Fault) -> None:
        if fault.name == "late_closed":
            await asyncio.sleep(fault.wait_s)
            return
        while True:  # until the client has left
            with contextlib.suppress(Invalid):
                await self.receive()

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(_SEND_S):
            await self._socket.send_str(text)


def _silent(delta: str) -> str:
    """Zeros as long as the sound of a delta."""
    return base64.b64encode(bytes(len(base64.b64decode(delta)))).decode()
