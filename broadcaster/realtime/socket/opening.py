"""Opens a session: handshake, our settings, their confirmation, then the task that writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
from yarl import URL

from broadcaster.realtime import failures
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import SessionProtocol, State
from broadcaster.realtime.session_events import SessionEvent, SessionReady
from broadcaster.realtime.socket.frame_queue import FrameQueue
from broadcaster.realtime.socket.handshake import connect_failure, handshake
from broadcaster.realtime.socket.session import SessionSocket, deliver


@asynccontextmanager
async def open_session_socket(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    protocol: SessionProtocol,
    timeouts: Timeouts | None,
    frames: FrameQueue | None = None,
) -> AsyncIterator[SessionSocket]:
    """Open a session; inside the context it is live.

    Leaving the context ends the session at once. To lose nothing, `close` and read to the end
    before.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        url: which of its WebSockets.
        protocol: a new one.
        timeouts: None for the defaults.
        frames: the queue of sound for this protocol, if it takes sound continuously.

    Raises:
        InterpreterFailed: the server cannot be reached or refuses, or did not confirm in time.
    """
    limits = timeouts or Timeouts()
    async with AsyncExitStack() as stack:
        ws, session = await _connect(stack, http, endpoint, url, protocol, limits)
        socket = SessionSocket(ws, protocol, session, limits.silence_s, frames)
        name = f"realtime writer of {protocol.purpose}"
        writer = asyncio.create_task(socket.write(), name=name)
        stack.push_async_callback(_stop, writer)
        yield socket


async def _connect(
    stack: AsyncExitStack,
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    url: URL,
    protocol: SessionProtocol,
    limits: Timeouts,
) -> tuple[aiohttp.ClientWebSocketResponse, SessionReady]:
    """Open the socket and bring the protocol to `LIVE`; the stack closes what was opened."""
    try:
        async with asyncio.timeout(limits.connect_s):
            ws = await handshake(stack, http, endpoint, url, limits)
            protocol.opened()
            while protocol.state is State.CONNECTING:
                await _next_event(ws, protocol)
    except TimeoutError as error:
        raise connect_failure(error, endpoint.host) from None
    try:
        async with asyncio.timeout(limits.configure_s):
            # When sending fails, receiving fails too, and says why.
            with suppress(aiohttp.ClientError, ConnectionError):
                for text in protocol.data_to_send():
                    await ws.send_str(text)
            while True:
                event = await _next_event(ws, protocol)
                if isinstance(event, SessionReady):
                    return ws, event
    except TimeoutError:
        raise failures.update_unconfirmed(protocol.purpose) from None


async def _next_event(
    ws: aiohttp.ClientWebSocketResponse, protocol: SessionProtocol
) -> SessionEvent | None:
    """Take one message while the session is being set up."""
    deliver(await ws.receive(), protocol)
    if protocol.failure is not None:
        raise protocol.failure
    return protocol.next_event()


async def _stop(writer: asyncio.Task[None]) -> None:
    writer.cancel()
    await asyncio.wait({writer})
    if not writer.cancelled():
        writer.result()
