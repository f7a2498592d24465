"""Tells TLS from plain http on one port, by the first byte of a connection."""

import asyncio
import socket
from collections.abc import Callable

from broadcaster.sockets.places import Place

TakeOver = Callable[[socket.socket], None]
"""Gets the socket and owns it from then on."""


class FirstByte:
    """A connection whose first byte is awaited; it is peeked at, not read.

    A TLS client sends a handshake record first, which begins with 0x16, an http client the name of
    a method, which is made of letters.

    Args:
        sock: the connected, non-blocking socket, owned until one of the next two is called.
        serve_tls: takes over a client that begins a TLS handshake, or sends something unknown.
        serve_plain: takes over a client that speaks http.
        on_over: called once when the wait is over, before one of these two, or because the
            connection is gone.
    """

    __slots__ = ("_loop", "_on_over", "_serve_plain", "_serve_tls", "_sock", "answered", "place")

    def __init__(
        self,
        sock: socket.socket,
        serve_tls: TakeOver,
        serve_plain: TakeOver,
        on_over: Callable[["FirstByte"], None],
    ) -> None:
        self._sock = sock
        self._serve_tls = serve_tls
        self._serve_plain = serve_plain
        self._on_over = on_over
        self._loop = asyncio.get_running_loop()
        self.answered = False
        """Nothing was ever written; see `SocketTransport`."""
        self.place: Place | None = None
        """The place of its client; the next owner of the socket keeps it."""

    def start(self) -> None:
        """Wait for the byte."""
        self._loop.add_reader(self._sock.fileno(), self._peek)

    def abort(self) -> None:
        """Disconnect."""
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        self._on_over(self)

    def _peek(self) -> None:
        try:
            first = self._sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        if not first:
            self.abort()
            return
        self._loop.remove_reader(self._sock.fileno())
        self.place = None
        self._on_over(self)
        (self._serve_plain if first.isalpha() else self._serve_tls)(self._sock)
