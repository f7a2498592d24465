"""One listener's connection: it opens, sends one HTTP request, and never blocks."""

import select
import ssl
from collections.abc import Callable
from typing import Protocol

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.results import ListenerStats
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports.answer_head import parse_head
from broadcaster.loadtest.transports.client_socket import (
    READ_BYTES,
    WAITING,
    ClientSocket,
    events_after,
)


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
        session: see `ClientSocket`.
    """

    def __init__(
        self, target: LoadTarget, listener: LoadListener, session: ssl.SSLSession | None = None
    ) -> None:
        self.listener = listener
        self.established = False
        """Whether the head of the answer was read."""
        self._head = b""
        self._socket = ClientSocket(target, session)
        self._step: Callable[[float], int] = self._ask

    def open(self) -> int:
        """Begin to connect, see `ClientSocket.open`."""
        return self._socket.open()

    def receive(self, most_bytes: int) -> bytes:
        """Read at most that many bytes; empty at the end."""
        return self._socket.receive(most_bytes)

    def send(self, data: bytes) -> int:
        """Send some bytes; returns how many."""
        return self._socket.send(data)

    def advance(self, now_s: float) -> int:
        """Take the next step. Returns the epoll events to wait for.

        Raises:
            ListenerLost: the server refused.
            OSError: the connection broke.
        """
        try:
            return self._step(now_s)
        except WAITING as waiting:
            return events_after(waiting)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _ask(self, _now_s: float) -> int:
        self._socket.prepare()
        self.send(self.listener.request())  # fits into the empty send buffer
        self._step = self._read_head
        return select.EPOLLIN

    def _read_head(self, now_s: float) -> int:
        data = self.receive(READ_BYTES)
        if not data:
            raise ListenerLost("the server closed the connection before it answered")
        self._head += data
        parsed = parse_head(self._head)
        if parsed is None:
            return select.EPOLLIN
        head, body = parsed
        self._head = b""
        self.listener.answered(head.status, head.headers, body, now_s)
        self.established = True
        if body and (reply := self.listener.take(body, now_s)):
            self.send(reply)
        return select.EPOLLIN
