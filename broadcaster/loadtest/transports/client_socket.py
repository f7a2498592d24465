"""A socket to the server under test: it connects and makes its TLS handshake, and never blocks."""

import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from broadcaster.loadtest.target import LoadTarget

READ_BYTES = 16 * 1024
"""As much as one TLS record holds, so that nothing waits inside the TLS layer unseen by epoll."""

WAITING = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""The exceptions of a socket that is not ready yet."""


class ClientSocket:
    """One connection, with a TLS handshake if the server's address is https.

    Args:
        target: the server.
        session: of an earlier TLS connection, to resume; None for a full handshake.
    """

    def __init__(self, target: LoadTarget, session: ssl.SSLSession | None = None) -> None:
        self._target = target
        self._session = session
        self._sock = socket.socket(target.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connected = False
        self.receive: Callable[[int], bytes] = self._sock.recv
        """Reads at most the given number of bytes; empty at the end."""
        self.send: Callable[[bytes], int] = self._sock.send

    def open(self) -> int:
        """Begin to connect. Returns the file descriptor to watch for EPOLLOUT.

        Raises:
            OSError: the server cannot be reached, or there are no more descriptors or ports.
        """
        with suppress(BlockingIOError):
            self._sock.connect(self._target.address)
        return self._sock.fileno()

    def prepare(self) -> None:
        """Go on connecting. Once this returns, bytes can be sent.

        Raises:
            OSError: the connection broke, or one of `WAITING`.
        """
        if not self._connected:
            self._begin()
            self._connected = True
        if isinstance(self._sock, ssl.SSLSocket):
            self._sock.do_handshake()

    @property
    def session(self) -> ssl.SSLSession | None:
        """The TLS session, which later connections can resume once some bytes were received."""
        return self._sock.session if isinstance(self._sock, ssl.SSLSocket) else None

    @property
    def resumed(self) -> bool:
        """Whether the server has resumed an earlier TLS session."""
        return isinstance(self._sock, ssl.SSLSocket) and bool(self._sock.session_reused)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def _begin(self) -> None:
        error = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "not connected")
        if self._target.tls is not None:
            secure = self._target.tls.wrap_socket(
                self._sock,
                do_handshake_on_connect=False,
                server_hostname=self._target.url.host,
                session=self._session,
            )
            self._sock, self.receive, self.send = secure, secure.recv, secure.send


def events_after(error: OSError) -> int:
    """The epoll events to wait for after one of `WAITING`."""
    return select.EPOLLOUT if isinstance(error, ssl.SSLWantWriteError) else select.EPOLLIN
