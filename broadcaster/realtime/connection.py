"""One Realtime translation session on one WebSocket.

A booth feeds a connection from one task and reads it in another:

```python
async with open_translation(http, endpoint, "pt-BR") as connection:
    connection.append(frame)          # from the feeding task, every 200 ms
    async for output in connection:   # in the reading task
        ...
    await connection.close()          # from anywhere; the reader ends when all is said
```

Two connections can be open at once, so a booth rotates by opening the next one, feeding it, closing
the old one and reading that to its end.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp

from broadcaster.realtime import failures, wire
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.handshake import handshake
from broadcaster.realtime.outputs import Output, SessionReady
from broadcaster.realtime.protocol import NoiseReduction, State, TranslationProtocol

QUEUE_FRAMES = 2_000 // wire.FRAME_MS
"""Frames that wait for the socket at most: 2 s."""


class TranslationConnection:
    """A live session: append sound, iterate over what comes back, close.

    Iterating yields outputs until the session was closed on request or its drain time is over. It
    can be left and taken up again, by one task at a time. It raises `InterpreterFailed` when the
    session drops, the server reports a fatal error or stays silent while sound is sent.

    Attributes:
        session: the server's id for it and when it expires.
        sent_frames: frames handed to the socket, what the provider bills.
        dropped_frames: frames not sent because the socket was slow or the session over.
    """

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        protocol: TranslationProtocol,
        session: SessionReady,
        silence_s: float,
    ) -> None:
        self.session = session
        self.sent_frames = 0
        self.dropped_frames = 0
        self._ws = ws
        self._protocol = protocol
        self._silence_s = silence_s
        self._now = asyncio.get_running_loop().time
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._unanswered_since: float | None = None
        self._drained_at: float | None = None
        self._alarm: asyncio.Timeout | None = None

    @property
    def skipped_events(self) -> int:
        """Server events that were unknown, misplaced or malformed."""
        return self._protocol.ignored_events + self._protocol.malformed_events

    def append(self, pcm: bytes) -> None:
        """Queue one frame; never waits.

        When the queue is full its oldest frame is dropped; after the session has ended or `close`
        was called, the frame is. Both are counted, and iterating tells why.

        Args:
            pcm: 200 ms, 9600 bytes s16le mono 24 kHz.

        Raises:
            ValueError: it has another length.
        """
        if len(pcm) != wire.FRAME_BYTES:
            raise ValueError(f"a frame has {wire.FRAME_BYTES} bytes, this has {len(pcm)}")
        if self._written.is_set() or self._protocol.state is not State.LIVE:
            self.dropped_frames += 1
            return
        if len(self._queue) == QUEUE_FRAMES:
            self._queue.popleft()
            self.dropped_frames += 1
        self._queue.append(pcm)
        self._wake.set()

    async def close(self, deadline_s: float = 8.0) -> None:
        """Send what is queued, then ask the server to finish.

        Returns when that is sent; iterating goes on with what is still interpreted and ends with
        `SessionClosed`, or without it `deadline_s` from now. A second call changes nothing.
        """
        if self._protocol.state is State.LIVE:
            for frame in self._queue:
                self._send(frame)
            self._queue.clear()
            self._protocol.close()
            self._drained_at = self._now() + deadline_s
            self._reset_alarm()
            self._wake.set()
        if self._drained_at is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._drained_at):
                    await self._written.wait()

    def __aiter__(self) -> AsyncIterator[Output]:
        return self

    async def __anext__(self) -> Output:
        while self._protocol.state is not State.CLOSED:
            if self._protocol.failure is not None:
                raise self._protocol.failure
            message = await self._receive()
            output = None if message is None else _digest(self._protocol, message)
            if output is not None and self._protocol.failure is None:
                return output
        raise StopAsyncIteration

    async def write(self) -> None:
        """Send queued frames until the session ends; `open_translation` owns the task."""
        try:
            while True:
                await _flush(self._ws, self._protocol)
                if self._protocol.state is not State.LIVE:
                    return
                if self._queue:
                    self._send(self._queue.popleft())
                else:
                    self._wake.clear()
                    await self._wake.wait()
        except (aiohttp.ClientError, ConnectionError):
            return  # receiving finds out as well, and knows the close code
        finally:
            self._written.set()
            self.dropped_frames += len(self._queue)
            self._queue.clear()

    def _send(self, frame: bytes) -> None:
        self._protocol.append(frame)
        self.sent_frames += 1
        if self._unanswered_since is None:
            self._unanswered_since = self._now()
            self._reset_alarm()

    async def _receive(self) -> aiohttp.WSMessage | None:
        """The next message, or None when there was none in time, which the protocol then knows."""
        try:
            async with asyncio.timeout_at(self._deadline()) as self._alarm:
                message = await self._ws.receive()
        except TimeoutError:
            self._protocol.fail(failures.server_silent(self._silence_s))
            return None
        finally:
            self._alarm = None
        self._unanswered_since = None
        return message

    def _deadline(self) -> float | None:
        if self._drained_at is not None:
            return self._drained_at
        if self._unanswered_since is not None:
            return self._unanswered_since + self._silence_s
        return None

    def _reset_alarm(self) -> None:
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(self._deadline())


@asynccontextmanager
async def open_translation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    language: str,
    *,
    timeouts: Timeouts | None = None,
    transcription_model: str | None = None,
    noise_reduction: NoiseReduction | None = None,
) -> AsyncIterator[TranslationConnection]:
    """Open a session that interprets into `language`; inside the context it is live.

    Leaving the context ends the session at once; `close` and read to the end before, to lose
    nothing.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        language: BCP 47 tag; the endpoint gets its language without region.
        timeouts: None for the defaults.
        transcription_model: transcribe the speaker too; billed, so once per event.
        noise_reduction: what the server does to the sound before it listens.

    Raises:
        InterpreterFailed: the server cannot be reached or refuses, or did not confirm in time.
    """
    limits = timeouts or Timeouts()
    protocol = TranslationProtocol(language, transcription_model, noise_reduction)
    async with AsyncExitStack() as stack:
        ws, session = await _connect(stack, http, endpoint, protocol, limits)
        connection = TranslationConnection(ws, protocol, session, limits.silence_s)
        name = f"realtime {protocol.language} writer"
        writer = asyncio.create_task(connection.write(), name=name)
        stack.push_async_callback(_stop, writer)
        yield connection


async def _connect(
    stack: AsyncExitStack,
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    protocol: TranslationProtocol,
    limits: Timeouts,
) -> tuple[aiohttp.ClientWebSocketResponse, SessionReady]:
    """Open the socket and get the protocol to `LIVE`; the stack closes what was opened."""
    try:
        async with asyncio.timeout(limits.connect_s):
            ws = await handshake(stack, http, endpoint, limits)
            while protocol.state is State.CONNECTING:
                await _next(ws, protocol)
    except TimeoutError as error:
        raise failures.from_exception(error, endpoint.host) from None
    try:
        async with asyncio.timeout(limits.configure_s):
            with suppress(
                aiohttp.ClientError, ConnectionError
            ):  # then receiving fails, and says why
                await _flush(ws, protocol)
            while True:
                output = await _next(ws, protocol)
                if isinstance(output, SessionReady):
                    return ws, output
    except TimeoutError:
        raise failures.update_unconfirmed(protocol.language) from None


async def _next(
    ws: aiohttp.ClientWebSocketResponse, protocol: TranslationProtocol
) -> Output | None:
    """Take one message while the session is being set up."""
    output = _digest(protocol, await ws.receive())
    if protocol.failure is not None:
        raise protocol.failure
    return output


def _digest(protocol: TranslationProtocol, message: aiohttp.WSMessage) -> Output | None:
    if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
        return protocol.receive_text(message.data)
    if message.type is aiohttp.WSMsgType.CLOSE:
        protocol.fail(failures.from_close(message.data, message.extra or ""))
    else:
        protocol.fail(failures.from_close(None))
    return None


async def _flush(ws: aiohttp.ClientWebSocketResponse, protocol: TranslationProtocol) -> None:
    for text in protocol.data_to_send():
        await ws.send_str(text)


async def _stop(writer: asyncio.Task[None]) -> None:
    writer.cancel()
    await asyncio.wait({writer})
    if not writer.cancelled():
        writer.result()
