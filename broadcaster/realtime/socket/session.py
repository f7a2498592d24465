"""One WebSocket under a session protocol, and how data passes through both.

```
append ──▶ FrameQueue ──▶ protocol.append ──▶ protocol.data_to_send ──▶ WebSocket    (write)
iterate ◀── protocol.next_event ◀── protocol.receive_text ◀── WebSocket              (__anext__)
```

Deadlines are timeouts of asyncio, so time here is the event loop's. The protocols get the same
clock as a callable, and tests of what time decides give them a clock of their own.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp

from broadcaster.realtime import failures
from broadcaster.realtime.protocol.session import SessionProtocol, State
from broadcaster.realtime.session_events import SessionClosed, SessionEvent, SessionReady
from broadcaster.realtime.socket.frame_queue import FrameQueue

log = logging.getLogger("broadcaster.realtime")

_ENDED = frozenset({State.CLOSED, State.FAILED})


class SessionSocket:
    """A live session: one task writes, one iterates over what comes back, any may close.

    Iterating yields events until the session was closed on request or its drain time is over. It
    can be stopped and resumed, by one task at a time. It raises `InterpreterFailed` when the
    session drops (also before its last words after `close`), when the server reports a fatal error,
    or when an answer is overdue.

    Args:
        ws: the open WebSocket.
        protocol: live.
        session: what the server confirmed.
        silence_s: how long the server may owe an answer.
        frames: sound that waits to be sent; None for a session that is not fed continuously.

    Attributes:
        session: the server's id for it and when it expires.
        complete: everything heard has been answered, as far as the server says.
    """

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        protocol: SessionProtocol,
        session: SessionReady,
        silence_s: float,
        frames: FrameQueue | None,
    ) -> None:
        self.session = session
        self.complete = False
        self._ws = ws
        self._protocol = protocol
        self._silence_s = silence_s
        self._frames = frames
        self._now = asyncio.get_running_loop().time
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._writing = True
        self._unanswered_since: float | None = None
        self._drained_at: float | None = None
        self._alarm: asyncio.Timeout | None = None
        self._told_unusable = False

    @property
    def takes_input(self) -> bool:
        """Whether what is handed to the protocol now can still reach the server."""
        return self._writing and self._protocol.state is State.LIVE

    @property
    def skipped_events(self) -> int:
        """Server events that were unknown, misplaced or malformed."""
        return self._protocol.ignored_events + self._protocol.malformed_events

    @property
    def unusable_events(self) -> int:
        """Server events of which nothing could be used."""
        return self._protocol.unusable_events

    async def close(self, deadline_s: float) -> None:
        """Send what is queued, then let the session finish.

        Returns when what can be sent is sent. Iterating goes on with what is still to come and ends
        with `SessionClosed`, or without it `deadline_s` from now. A second call changes nothing.
        """
        if self._protocol.state is State.LIVE:
            while self._send_frame():
                pass
            self._protocol.close()
            self._drained_at = self._now() + deadline_s
            self.wake_writer()
            self.wake_reader()
        if self._drained_at is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._drained_at):
                    await self._idle.wait()

    def __aiter__(self) -> AsyncIterator[SessionEvent]:
        return self

    async def __anext__(self) -> SessionEvent:
        while True:
            if (event := self._protocol.next_event()) is not None:
                self.complete = isinstance(event, SessionClosed)
                return event
            if self._protocol.failure is not None:
                raise self._protocol.failure
            if self._protocol.state is State.CLOSED:
                raise StopAsyncIteration
            await self._receive()

    async def write(self) -> None:
        """Send what there is to send until the session ends; `opening` owns the task."""
        try:
            while True:
                await self._flush()
                if self._protocol.state in _ENDED:
                    return
                if not self._send_frame():
                    self._wake.clear()
                    self._idle.set()
                    await self._wake.wait()
        except (aiohttp.ClientError, ConnectionError):
            return  # receiving fails as well, and knows the close code
        finally:
            self._writing = False
            self._idle.set()
            if self._frames is not None:
                self._frames.discard()

    def wake_writer(self) -> None:
        """There may be something to send."""
        if self._writing:
            self._idle.clear()
            self._wake.set()

    def wake_reader(self) -> None:
        """There may be an event, or another deadline."""
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(self._now())

    def _send_frame(self) -> bool:
        return self._frames is not None and self._frames.send_oldest()

    async def _flush(self) -> None:
        while messages := self._protocol.data_to_send():
            if self._protocol.awaiting_answer and self._unanswered_since is None:
                self._unanswered_since = self._now()
                self.wake_reader()
            for text in messages:
                await self._ws.send_str(text)

    async def _receive(self) -> None:
        """Wait for a message or for time to pass, and tell the protocol."""
        try:
            async with asyncio.timeout_at(self._deadline()) as self._alarm:
                message = await self._ws.receive()
        except TimeoutError:
            if self._gone_silent():
                self._protocol.give_up()
                self._protocol.fail(failures.server_silent(self._silence_s))
            self._protocol.tick()
        else:
            self._unanswered_since = None
            deliver(message, self._protocol)
            self._tell_unusable()
        finally:
            self._alarm = None
        self.wake_writer()

    def _tell_unusable(self) -> None:
        """Log the first event of the session that cannot be used; the booth counts all."""
        if self._protocol.unusable_events and not self._told_unusable:
            self._told_unusable = True
            log.warning(
                "the interpreter server sends what cannot be used to the session for %s: %s; "
                "it is left out, and the desk counts it",
                self._protocol.purpose,
                self._protocol.first_unusable,
            )

    def _gone_silent(self) -> bool:
        limit = self._patience_ends()
        return limit is not None and self._now() >= limit

    def _patience_ends(self) -> float | None:
        if self._drained_at is not None:
            return self._drained_at
        if self._unanswered_since is not None:
            return self._unanswered_since + self._silence_s
        return None

    def _deadline(self) -> float | None:
        times = (self._patience_ends(), self._protocol.due_at())
        return min((time for time in times if time is not None), default=None)


def deliver(message: aiohttp.WSMessage, protocol: SessionProtocol) -> None:
    """Give a protocol what arrived: text, a close frame, or the end of the connection."""
    if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
        protocol.receive_text(message.data)
    elif message.type is aiohttp.WSMsgType.CLOSE:
        if message.data == aiohttp.WSCloseCode.OK:
            protocol.give_up()
        protocol.fail(failures.from_close(message.data, message.extra or ""))
    else:
        protocol.fail(failures.from_close(None))
