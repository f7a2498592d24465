"""Listeners that stop reading, whatever is sent to them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.edge.websocket.listener import STALLED_S, SlowListeners
from broadcaster.sockets.transport import SocketTransport
from tests.support.clock import FakeClock


def stop_reading(response: aiohttp.ClientResponse) -> asyncio.Transport:
    """Read no more of a response; returns what resumes it."""
    assert response.connection is not None
    reading = response.connection.transport
    assert isinstance(reading, asyncio.Transport)
    reading.pause_reading()
    return reading


@asynccontextmanager
async def jammed() -> AsyncIterator[SocketTransport]:
    """A transport whose peer reads nothing, its buffers full; it must be aborted by the end."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    lost = asyncio.Event()
    transport = SocketTransport(ours, asyncio.Protocol(), lambda _: lost.set())
    try:
        while not transport.get_write_buffer_size():
            transport.write(bytes(60_000))
        yield transport
        assert transport.is_closing()
        await lost.wait()
    finally:
        theirs.close()


def check_patience(
    transport: SocketTransport, clock: FakeClock, slow: SlowListeners, late: Callable[[], None]
) -> None:
    """Check that a listener is disconnected once `late` was called for longer than patience lasts.

    Args:
        transport: its.
        clock: its time.
        slow: where it is counted.
        late: called with what comes too late for it.
    """
    late()
    clock.seconds += STALLED_S - 1
    late()
    assert not transport.is_closing()
    clock.seconds += 2
    late()
    assert transport.is_closing()
    assert slow == SlowListeners(skipped_frames=3, stalled=1)
