"""One player's HTTP connection, as the fan-out sees it."""

import asyncio
from dataclasses import dataclass

from broadcaster.edge.fanout.framing import framed
from broadcaster.edge.fanout.slow_listeners import STALLED_S, SlowListeners
from broadcaster.model.ports import Clock
from broadcaster.sockets.transport import SocketTransport

HTTP_BUDGET_BYTES = 64 * 1024
"""Unsent bytes a player may have: its backlog and some seconds more; over it blocks are skipped."""


@dataclass(frozen=True, slots=True)
class StreamForm:
    """The way in which the bytes of a stream are written to a player.

    Attributes:
        chunked: whether the body is chunked; HTTP/1.0 knows no chunks.
        icy: whether there is metadata in it.
    """

    chunked: bool
    icy: bool

    def framed(self, block: bytes) -> bytes:
        """A block as it is written."""
        return framed(block, chunked=self.chunked)


class HttpListener:
    """One player in a `FanOut`. Over its budget whole blocks are skipped.

    Args:
        transport: its connection; the head of the response was sent on it.
        form: what the player reads.
        clock: the time.
        slow: where skips are counted.
    """

    def __init__(
        self, transport: SocketTransport, form: StreamForm, clock: Clock, slow: SlowListeners
    ) -> None:
        self.transport = transport
        self.form = form
        self._clock = clock
        self._slow = slow
        self._skipping_since: float | None = None
        self.ended = asyncio.Event()
        """Set when the sound is over and the response is to be finished."""

    def late(self, data: bytes) -> None:
        """See `fan_out.Member`."""
        if self.transport.is_closing():
            return
        queued_bytes = self.transport.get_write_buffer_size() + len(data)
        if self._skipping_since is None and queued_bytes <= HTTP_BUDGET_BYTES:
            self.transport.write(data)
            return
        now = self._clock.monotonic()
        if self._skipping_since is None:
            self._skipping_since = now
        self._slow.count_skip(self)
        if now - self._skipping_since > STALLED_S:
            self._slow.stalled += 1
            self.transport.abort()

    def caught_up(self) -> None:
        """Stop skipping; the next block is the newest."""
        self._skipping_since = None

    async def say_goodbye(self) -> None:
        """Have the response finished: this process stops."""
        self.ended.set()
