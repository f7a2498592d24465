"""One accepted connection as an asyncio transport that gives access to its socket.

asyncio's own transports hide the socket behind a buffer. A fan-out writes to thousands of sockets
by itself, and must know at every moment which of them have nothing unsent.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from broadcaster.sockets.places import Place
from broadcaster.sockets.turns import Turns

READ_BYTES = 64 * 1024
HIGH_WATER_BYTES = 64 * 1024
"""Unsent bytes at which the protocol is asked to pause."""
_NOBODY = asyncio.Protocol()
"""The protocol of a connection that is gone."""


class WriteObserver(Protocol):
    """An observer that learns when the socket may be written to directly, and when not."""

    def blocked(self) -> None:
        """The connection has unsent bytes or is closing: write to its transport only."""

    def clear(self) -> None:
        """Everything was sent."""


class SocketTransport(asyncio.Transport):
    """A connected, non-blocking stream socket.

    Args:
        sock: the socket, owned from now on.
        protocol: reads it; told of the connection by `start`.
        on_lost: called once, after the protocol, when the connection is gone.
        ends: turns in which connections end that their clients have ended; shared by all of a port.
    """

    __slots__ = (
        "_closing", "_ends", "_fd", "_handing_over", "_high_bytes", "_loop", "_on_lost", "_paused",
        "_protocol", "_reading", "_sock", "_unsent", "answered", "observer", "on_gone", "place",
    )  # fmt: skip

    def __init__(
        self,
        sock: socket.socket,
        protocol: asyncio.Protocol,
        on_lost: Callable[["SocketTransport"], None],
        ends: Turns,
    ) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._fd = sock.fileno()
        self._protocol = protocol
        self._on_lost = on_lost
        self._ends = ends
        self._unsent = bytearray()
        self._high_bytes = HIGH_WATER_BYTES
        self._reading = False
        self._paused = False
        self._closing = False
        self._handing_over = False
        self.answered = False
        """Whether anything was ever written."""
        self.observer: WriteObserver | None = None
        self.place: Place | None = None
        """The place of its client, released when the connection is gone."""
        self.on_gone: Callable[[], None] | None = None
        """Called once, without an error, when the connection is gone."""

    def start(self) -> None:
        """Hand the connection to its protocol."""
        self._protocol.connection_made(self)
        self.resume_reading()

    @property
    def direct(self) -> Callable[[bytes], int]:
        """A function that sends on the socket: the fastest way to write while no byte is unsent.

        It returns the number of bytes sent, or raises OSError. The caller reports an incomplete
        send to `sent`.
        """
        return self._sock.send

    async def hand_over(self, protocol: asyncio.Protocol) -> None:
        """Give the connection to another protocol; the previous one is told that it is lost.

        aiohttp then cancels the handler of the connection's request. When that handler calls this,
        its cancellation arrives here.
        """
        previous, self._protocol = self._protocol, protocol
        self._handing_over = True  # the previous protocol may close what it no longer owns
        try:
            previous.connection_lost(None)
        finally:
            self._handing_over = False
        protocol.connection_made(self)
        self.resume_reading()
        await asyncio.sleep(0)

    def fileno(self) -> int:
        """The socket's file descriptor, for sends past this transport."""
        return self._fd

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """`socket`, `peername` and `sockname`."""
        match name:
            case "socket":
                return self._sock
            case "peername" | "sockname":
                try:
                    return getattr(self._sock, f"get{name}")()
                except OSError:
                    return default
        return default

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Deliver to another protocol from now on."""
        assert isinstance(protocol, asyncio.Protocol)
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol that is delivered to."""
        return self._protocol

    def is_reading(self) -> bool:
        """Whether received data is delivered."""
        return self._reading

    def pause_reading(self) -> None:
        """Leave received data in the kernel."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume_reading(self) -> None:
        """Deliver received data."""
        if not self._reading and not self._closing:
            self._reading = True
            self._loop.add_reader(self._fd, self._on_readable)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:  # noqa: ARG002 - writing goes on when all is sent
        """Set how many unsent bytes make the protocol pause."""
        self._high_bytes = HIGH_WATER_BYTES if high is None else high

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return len(self._unsent)

    def can_write_eof(self) -> bool:
        """No: a connection is closed as a whole."""
        return False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send what the kernel takes now, and the rest as soon as it takes more."""
        if self._closing:
            return
        self.answered = True
        sent = 0
        if not self._unsent:
            try:
                sent = self._send(data)
            except OSError as error:
                self._lose(error)
                return
            if sent == len(data):
                return
        self._keep(memoryview(data)[sent:])

    def sent(self, data: bytes, result: int) -> None:
        """Account for a send of `data` past this transport that did not send all of it.

        Args:
            data: the bytes that were to be sent, while nothing was unsent.
            result: bytes sent, or a negative errno.
        """
        if self._closing:
            return
        if result >= 0:
            self._keep(memoryview(data)[result:])
        elif result == -errno.EAGAIN:
            self._keep(memoryview(data))
        else:
            self._lose(OSError(-result, "a send failed"))

    def close(self) -> None:
        """Close when everything is sent."""
        self._close(self._loop.call_soon)

    def abort(self) -> None:
        """Close at once."""
        if not self._handing_over:
            self._lose(None)

    def _receive(self) -> bytes:
        return self._sock.recv(READ_BYTES)

    def _send(self, data: bytes | bytearray | memoryview) -> int:
        """Bytes the kernel took, 0 when it has no room.

        Raises:
            OSError: the connection is broken.
        """
        try:
            return self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0

    def _announce_close(self) -> None:
        """Tell the peer that the connection is closed in order; TLS does."""

    def _on_readable(self) -> None:
        try:
            data = self._receive()
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._lose(error)
            return
        if data:
            self._protocol.data_received(data)
        elif self._protocol.eof_received():
            self.pause_reading()
        else:
            self._close(self._end_in_turn)

    def _on_writable(self) -> None:
        try:
            sent = self._send(self._unsent)
        except OSError as error:
            self._lose(error)
            return
        del self._unsent[:sent]
        if self._unsent:
            return
        self._loop.remove_writer(self._fd)
        if self._closing:
            self._loop.call_soon(self._end, None)
            return
        if self._paused:
            self._paused = False
            self._protocol.resume_writing()
        if self.observer is not None and not self._closing:
            self.observer.clear()

    def _close(self, run: Callable[[Callable[[OSError | None], None], None], object]) -> None:
        if self._closing or self._handing_over:
            return
        self._closing = True
        self._stop_reading()
        self._tell_blocked()
        if not self._unsent:
            run(self._end, None)

    def _keep(self, rest: memoryview) -> None:
        if not self._unsent:
            self._loop.add_writer(self._fd, self._on_writable)
        self._unsent += rest
        self._tell_blocked()
        if len(self._unsent) > self._high_bytes and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def _lose(self, error: OSError | None) -> None:
        ending = self._closing and not self._unsent
        self._closing = True
        self._stop_reading()
        if self._unsent:
            self._loop.remove_writer(self._fd)
            self._unsent.clear()
        self._tell_blocked()
        if not ending:
            (self._loop.call_soon if error is None else self._end_in_turn)(self._end, error)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def _tell_blocked(self) -> None:
        if self.observer is not None:
            self.observer.blocked()

    def _end_in_turn(self, end: Callable[[OSError | None], None], error: OSError | None) -> None:
        """End after others that end now: the clients of a whole hall may leave at once."""
        self._loop.call_soon(self._ends.run, partial(end, error))

    def _end(self, error: OSError | None) -> None:
        if error is None:
            self._announce_close()
        try:
            self._protocol.connection_lost(error)
        finally:
            self._release()

    def _release(self) -> None:
        """Close the socket, and part from what refers to this transport.

        All of it is then freed at once, without a collection of garbage, which is rare.
        """
        self._sock.close()
        self._on_lost(self)
        if self.on_gone is not None:
            self.on_gone()
        self._protocol, self.observer, self.on_gone = _NOBODY, None, None
