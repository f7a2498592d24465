"""Listeners that stop reading."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.edge.fanout.slow_listeners import STALLED_S, SlowListeners
from broadcaster.edge.rooms.rooms import TOO_SLOW
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.turns import Turns
from broadcaster.system.rate_limited_log import RateLimitedLog
from tests.support.clock import FakeClock

log = logging.getLogger("broadcaster.edge")


def stop_reading(response: aiohttp.ClientResponse) -> asyncio.Transport:
    """Stop reading a response; returns the transport, which can resume."""
    assert response.connection is not None
    reading = response.connection.transport
    assert isinstance(reading, asyncio.Transport)
    reading.pause_reading()
    return reading


def slow_listeners(clock: FakeClock) -> SlowListeners:
    """Counters that log as those of an edge do."""
    return SlowListeners(RateLimitedLog(log, TOO_SLOW, clock.monotonic))


@asynccontextmanager
async def jammed() -> AsyncIterator[SocketTransport]:
    """A transport whose peer reads nothing, its buffers full; it must be aborted by the end."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    lost = asyncio.Event()
    transport = SocketTransport(ours, asyncio.Protocol(), lambda _: lost.set(), Turns(1))
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
    """Check that a listener is disconnected `STALLED_S` after its first skipped message.

    Args:
        transport: its connection.
        clock: its time.
        slow: counts its skips.
        late: gives it a message that it must skip.
    """
    late()
    clock.seconds += STALLED_S - 1
    late()
    assert not transport.is_closing()
    clock.seconds += 2
    late()
    assert transport.is_closing()
    assert (slow.skipped_frames, slow.stalled) == (3, 1)
