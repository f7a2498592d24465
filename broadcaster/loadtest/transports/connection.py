"""One listener's connection: opens, asks, and never waits."""

import json
import select
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.results import GAP_S, Ear
from broadcaster.loadtest.target import Target

READ_BYTES = 16 * 1024
"""As much as one TLS record holds, so that nothing waits inside the TLS layer unseen by epoll."""
_LARGEST_HEAD_BYTES = 16 * 1024
_END_OF_HEAD = b"\r\n\r\n"

WAITING = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What a socket raises when it has nothing to say yet."""


class Connection(ABC):
    """From the first packet to the answer's head in steps; then `take` gets what comes.

    Args:
        target: where to.
        now_s: the listener asks now.
        gap_s: a longer pause in the sound is counted.
    """

    def __init__(self, target: Target, now_s: float, gap_s: float = GAP_S) -> None:
        self.ear = Ear(now_s, gap_s)
        self.established = False
        """Whether the head of the answer was read: from now on only `receive` and `take`."""
        self._target = target
        self._head = b""
        self._sock = socket.socket(target.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._step: Callable[[float], int] = self._opened
        self.receive: Callable[[int], bytes] = self._sock.recv
        """Reads up to so many bytes; empty at the end."""
        self.send: Callable[[bytes], int] = self._sock.send

    def open(self) -> int:
        """Begin; returns the file descriptor to watch for EPOLLOUT.

        Raises:
            OSError: it cannot be reached, or there are no more descriptors or ports.
        """
        with suppress(BlockingIOError):
            self._sock.connect(self._target.address)
        return self._sock.fileno()

    def advance(self, now_s: float) -> int:
        """Take the next step; returns the epoll events to wait for.

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
        """Leave."""
        self._sock.close()

    @abstractmethod
    def request(self) -> bytes:
        """What to ask the server."""

    @abstractmethod
    def answered(self, status: int, headers: dict[str, str], body: bytes, now_s: float) -> None:
        """The answer's head is here; header names are in lower case, of the body what came with it.

        Raises:
            ListenerLost: it is not what a listener can use.
        """

    @abstractmethod
    def take(self, data: bytes, now_s: float) -> None:
        """Some bytes of the body.

        Raises:
            ListenerLost: they make no sense, or end the sound.
        """

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
        self.send(self.request())  # fits into the empty send buffer
        self._step = self._read_head
        return select.EPOLLIN

    def _read_head(self, now_s: float) -> int:
        data = self.receive(READ_BYTES)
        if not data:
            raise ListenerLost("the server closed the connection before it answered")
        self._head += data
        head, end, rest = self._head.partition(_END_OF_HEAD)
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
        self.answered(int(status[:3]), headers, rest, now_s)
        self.established = True
        return select.EPOLLIN


def check_status(status: int, wanted: int, body: bytes) -> None:
    """Check that the server let a listener in.

    Raises:
        ListenerLost: it did not; with the error id of its answer, if that is here.
    """
    if status == wanted:
        return
    try:
        reason = f" ({json.loads(body)['error']})"
    except (ValueError, KeyError, TypeError):
        reason = ""
    raise ListenerLost(f"the server answered {status}{reason[:60]}")
