"""The socket half of a session: one WebSocket under any of the session protocols.

A task of `open_link` writes what the protocol has to send; whoever iterates over the link reads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

import aiohttp
from yarl import URL

from broadcaster.realtime import failures
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import SessionProtocol, State
from broadcaster.realtime.session_events import Output, SessionClosed, SessionReady
from broadcaster.realtime.socket.handshake import handshake

P = TypeVar("P", bound=SessionProtocol)

_ENDED = frozenset({State.CLOSED, State.FAILED})


class Link(Generic[P]):
    """A live session: iterate over what comes back, close.

    Iterating yields outputs until the session was closed on request or its drain time is over. It
    can be left and taken up again, by one task at a time. It raises `InterpreterFailed` when the
    session drops (also before it has said all after `close`), the server reports a fatal error or
    owes an answer for too long.

    Attributes:
        session: the server's id for it and when it expires.
        complete: all that was heard has been answered, as far as the server says.
    """

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        protocol: P,
        session: SessionReady,
        silence_s: float,
    ) -> None:
        self.session = session
        self._ws = ws
        self._protocol = protocol
        self._silence_s = silence_s
        self._now = asyncio.get_running_loop().time
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._writing = True
        self._unanswered_since: float | None = None
        self._drained_at: float | None = None
        self._alarm: asyncio.Timeout | None = None
        self.complete = False

    @property
    def skipped_events(self) -> int:
        """Server events that were unknown, misplaced or malformed."""
        return self._protocol.ignored_events + self._protocol.malformed_events

    async def close(self, deadline_s: float = 8.0) -> None:
        """Send what is queued, then let the session finish.

        Returns when what can be sent is sent; iterating goes on with what is still to come and ends
        with `SessionClosed`, or without it `deadline_s` from now. A second call changes nothing.
        """
        if self._protocol.state is State.LIVE:
            while self._feed():
                pass
            self._protocol.close()
            self._drained_at = self._now() + deadline_s
            self._rouse_writer()
            self._rouse_reader()
        if self._drained_at is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._drained_at):
                    await self._idle.wait()

    def __aiter__(self) -> AsyncIterator[Output]:
        return self

    async def __anext__(self) -> Output:
        while True:
            if (output := self._protocol.next_output()) is not None:
                self.complete = isinstance(output, SessionClosed)
                return output
            if self._protocol.failure is not None:
                raise self._protocol.failure
            if self._protocol.state is State.CLOSED:
                raise StopAsyncIteration
            await self._receive()

    async def write(self) -> None:
        """Send what there is to send until the session ends; `open_link` owns the task."""
        try:
            while True:
                await self._flush()
                if self._protocol.state in _ENDED:
                    return
                if not self._feed():
                    self._wake.clear()
                    self._idle.set()
                    await self._wake.wait()
        except (aiohttp.ClientError, ConnectionError):
            return  # receiving finds out as well, and knows the close code
        finally:
            self._writing = False
            self._idle.set()

    def _feed(self) -> bool:
        """Hand one queued piece to the protocol, if there is one."""
        return False

    def _rouse_writer(self) -> None:
        """There may be something to send."""
        if self._writing:
            self._idle.clear()
            self._wake.set()

    def _rouse_reader(self) -> None:
        """There may be an output, or another deadline."""
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(self._now())

    async def _flush(self) -> None:
        while messages := self._protocol.data_to_send():
            if self._protocol.awaiting_answer and self._unanswered_since is None:
                self._unanswered_since = self._now()
                self._rouse_reader()
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
            _digest(self._protocol, message)
        finally:
            self._alarm = None
        self._rouse_writer()

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


L = TypeVar("L", bound=Link[Any])


@asynccontextmanager
async def open_link(
    link_of: Callable[[aiohttp.ClientWebSocketResponse, P, SessionReady, float], L],
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    protocol: P,
    timeouts: Timeouts | None,
) -> AsyncIterator[L]:
    """Open a session; inside the context it is live.

    Leaving the context ends the session at once; `close` and read to the end before, to lose
    nothing.

    Args:
        link_of: the kind of link.
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        url: which of its WebSockets.
        protocol: a new one.
        timeouts: None for the defaults.

    Raises:
        InterpreterFailed: the server cannot be reached or refuses, or did not confirm in time.
    """
    limits = timeouts or Timeouts()
    async with AsyncExitStack() as stack:
        ws, session = await _connect(stack, http, endpoint, url, protocol, limits)
        link = link_of(ws, protocol, session, limits.silence_s)
        name = f"realtime writer of {protocol.purpose}"
        writer = asyncio.create_task(link.write(), name=name)
        stack.push_async_callback(_stop, writer)
        yield link


async def _connect(
    stack: AsyncExitStack,
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    protocol: SessionProtocol,
    limits: Timeouts,
) -> tuple[aiohttp.ClientWebSocketResponse, SessionReady]:
    """Open the socket and get the protocol to `LIVE`; the stack closes what was opened."""
    try:
        async with asyncio.timeout(limits.connect_s):
            ws = await handshake(stack, http, endpoint, url, limits)
            while protocol.state is State.CONNECTING:
                await _next(ws, protocol)
    except TimeoutError as error:
        raise failures.from_exception(error, endpoint.host) from None
    try:
        async with asyncio.timeout(limits.configure_s):
            # When sending fails, receiving fails too, and says why.
            with suppress(aiohttp.ClientError, ConnectionError):
                for text in protocol.data_to_send():
                    await ws.send_str(text)
            while True:
                output = await _next(ws, protocol)
                if isinstance(output, SessionReady):
                    return ws, output
    except TimeoutError:
        raise failures.update_unconfirmed(protocol.purpose) from None


async def _next(ws: aiohttp.ClientWebSocketResponse, protocol: SessionProtocol) -> Output | None:
    """Take one message while the session is being set up."""
    _digest(protocol, await ws.receive())
    if protocol.failure is not None:
        raise protocol.failure
    return protocol.next_output()


def _digest(protocol: SessionProtocol, message: aiohttp.WSMessage) -> None:
    if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
        protocol.receive_text(message.data)
    elif message.type is aiohttp.WSMsgType.CLOSE:
        if message.data == aiohttp.WSCloseCode.OK:
            protocol.give_up()
        protocol.fail(failures.from_close(message.data, message.extra or ""))
    else:
        protocol.fail(failures.from_close(None))


async def _stop(writer: asyncio.Task[None]) -> None:
    writer.cancel()
    await asyncio.wait({writer})
    if not writer.cancelled():
        writer.result()
