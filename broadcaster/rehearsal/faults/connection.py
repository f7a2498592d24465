"""The WebSocket of one session, and the only place where a fault changes what is sent.

A session sends events and reads messages here as if nothing could go wrong. Waits are real time:
the client that suffers them runs on its own clock.
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
"""Most events that wait during a stall. Further ones are lost."""
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


class SessionFinished(Exception):
    """The connection is closed. Raised to end the session's tasks."""


class SessionExpired(Exception):
    """The session reached its maximum duration, or a fault simulates that."""


class FaultyConnection:
    """Receives client messages and sends server events, as far as the faults allow.

    Args:
        socket: an open WebSocket.
        transport: the TCP transport below it; None when it is already closed.
        faults: the faults of this session.
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
            SessionFinished: the client has left.
            Invalid: the message is not text.
        """
        message = await self._socket.receive()
        if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
            raise SessionFinished
        if message.type is not WSMsgType.TEXT:
            raise Invalid("invalid_event", "Events are JSON text messages.")
        return str(message.data)

    async def send(self, event: Json) -> None:
        """Send an event, delayed or changed by the faults that are active.

        Raises:
            TimeoutError: the client does not read.
        """
        kind = event["type"]
        if kind in _ACCEPTING:
            for fault in self.faults.trigger(Moment.ACCEPT):
                self._accept_s = fault.wait_s
            await asyncio.sleep(self._accept_s)
        elif kind == "session.closed":
            for fault in self.faults.trigger(Moment.CLOSE):
                await self._delay_goodbye(fault)
        if kind in _AUDIO_DELTAS and self.faults.active("mute"):
            event = {**event, "delta": _silent(event["delta"])}
        copies = 2 if kind.endswith(".delta") and self.faults.active("duplicate_deltas") else 1
        for _ in range(copies):
            if not self._stalling.is_set():
                await self._write(json.dumps(event, ensure_ascii=False))
            elif len(self._held) < _MAX_HELD:
                self._held.append(event)
            else:
                _log.warning("an event is lost: the stall lasts longer than its buffer")

    async def trigger_interruptions(self) -> None:
        """Carry out the faults that interrupt a session in the middle of speech.

        Raises:
            SessionFinished: the connection was cut.
            SessionExpired: the session ends as if it had reached its maximum duration.
        """
        for fault in self.faults.trigger(Moment.MIDDLE):
            _log.info("%s is triggered in %s", fault.name, self.faults.session.session_id)
            match fault.name:
                case "drop":
                    if self._transport is not None:
                        self._transport.abort()
                    raise SessionFinished
                case "expire":
                    raise SessionExpired
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
        """End every stall after its time, and send the events it held back, in order."""
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
    """A delta of exact zeros, as long as the given one."""
    return base64.b64encode(bytes(len(base64.b64decode(delta)))).decode()
