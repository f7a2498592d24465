"""One listener's connection: it opens, sends one HTTP request, and never blocks."""

import json
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.results import ListenerStats
from broadcaster.loadtest.target import LoadTarget

READ_BYTES = 16 * 1024
"""As much as one TLS record holds, so that nothing waits inside the TLS layer unseen by epoll."""
_LARGEST_HEAD_BYTES = 16 * 1024
_END_OF_HEAD = b"\r\n\r\n"

WAITING = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""The exceptions of a socket that is not ready yet."""


class LoadListener(Protocol):
    """The request of a listener, and its handling of the answer."""

    stats: ListenerStats

    def request(self) -> bytes:
        """The HTTP request."""
        ...

    def answered(self, status: int, headers: dict[str, str], body: bytes, now_s: float, /) -> None:
        """Check the head of the answer.

        Args:
            status: HTTP status.
            headers: with names in lower case.
            body: what arrived of it with the head. `take` gets it too.
            now_s: time of arrival.

        Raises:
            ListenerLost: a listener cannot use this answer.
        """
        ...

    def take(self, data: bytes, now_s: float) -> bytes:
        """Take some bytes of the body. Returns what to send back, usually nothing.

        Raises:
            ListenerLost: the bytes make no sense, or end the sound.
        """
        ...


class LoadConnection:
    """Brings one listener from the first packet to the head of the answer, step by step.

    From then on the caller reads with `receive` and gives the bytes to `listener.take`.

    Args:
        target: the server.
        listener: asks for something there.
    """

    def __init__(self, target: LoadTarget, listener: LoadListener) -> None:
        self.listener = listener
        self.established = False
        """Whether the head of the answer was read."""
        self._target = target
        self._head = b""
        self._sock = socket.socket(target.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._step: Callable[[float], int] = self._opened
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

    def advance(self, now_s: float) -> int:
        """Take the next step. Returns the epoll events to wait for.

        Raises:
            ListenerLost: the server refused.
            OSError: the connection broke.
        """
        try:
            return self._step(now_s)
        except ssl.SSLWantWriteError:
            return select.EPOLLOUT
        except WAITING:
            return select.EPOLLIN

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def _opened(self, now_s: float) -> int:
        error = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "not connected")
        if self._target.tls is None:
            return self._ask(now_s)
        secure = self._target.tls.wrap_socket(
            self._sock,
            do_handshake_on_connect=False,
            server_hostname=self._target.url.host,
        )
        self._sock, self.receive, self.send = secure, secure.recv, secure.send
        self._step = self._shake_hands
        return self._shake_hands(now_s)

    def _shake_hands(self, now_s: float) -> int:
        assert isinstance(self._sock, ssl.SSLSocket)
        self._sock.do_handshake()
        return self._ask(now_s)

    def _ask(self, _now_s: float) -> int:
        self.send(self.listener.request())  # fits into the empty send buffer
        self._step = self._read_head
        return select.EPOLLIN

    def _read_head(self, now_s: float) -> int:
        data = self.receive(READ_BYTES)
        if not data:
            raise ListenerLost("the server closed the connection before it answered")
        self._head += data
        head, end, body = self._head.partition(_END_OF_HEAD)
        if not end:
            if len(self._head) > _LARGEST_HEAD_BYTES:
                raise ListenerLost("the server's answer is not HTTP")
            return select.EPOLLIN
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, status = first.partition(" ")
        if not version.startswith("HTTP/") or not status[:3].isdigit():
            raise ListenerLost("the server's answer is not HTTP")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self._head = b""
        self.listener.answered(int(status[:3]), headers, body, now_s)
        self.established = True
        if body and (reply := self.listener.take(body, now_s)):
            self.send(reply)
        return select.EPOLLIN


def check_status(status: int, wanted: int, body: bytes) -> None:
    """Check that the server accepted the listener.

    Raises:
        ListenerLost: it did not. The message has the error id of its answer, if that has arrived.
    """
    if status == wanted:
        return
    try:
        reason = f" ({json.loads(body)['error']})"
    except (ValueError, KeyError, TypeError):
        reason = ""
    raise ListenerLost(f"the server answered {status}{reason[:60]}")
