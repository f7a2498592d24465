"""One connection of a phone that asks one thing after the other, as browsers do (RFC 9112 §9.3)."""

import select
import ssl
from typing import Protocol

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports.answer_head import AnswerHead, parse_head
from broadcaster.loadtest.transports.client_socket import (
    READ_BYTES,
    WAITING,
    ClientSocket,
    events_after,
)

_OK = 200
_EVENTS = "text/event-stream"


class ExchangeOwner(Protocol):
    """The phone that a connection belongs to."""

    def secured(self, now_s: float, /, *, resumed: bool) -> None:
        """The connection can be used.

        Args:
            now_s: the time.
            resumed: whether its TLS session was that of an earlier connection.
        """

    def answered(self, path: str, head: AnswerHead, body: bytes, now_s: float, /) -> None:
        """A whole answer is there. The connection has no request now.

        Raises:
            ListenerLost: a phone cannot use this answer.
        """

    def streamed(self, exchange: "Exchange", data: bytes, now_s: float, /) -> None:
        """Some bytes of an answer without an end are there."""

    def dropped(self, exchange: "Exchange", /) -> None:
        """The server has closed a connection that had no request."""


class Exchange:
    """One keep-alive connection.

    Args:
        target: the server.
        owner: asks, and gets the answers.
        path: of the first request.
        header_lines: of every request.
        session: of an earlier TLS connection, to resume; None for a full handshake.
    """

    def __init__(
        self,
        target: LoadTarget,
        owner: ExchangeOwner,
        path: str,
        header_lines: str,
        session: ssl.SSLSession | None = None,
    ) -> None:
        self.path: str | None = path
        """The address that it asks for at present; None while it is idle."""
        self.streams = False
        """Whether its answer has no end."""
        self.closed = False
        self.finished = False
        """Whether what comes from now on need not be understood; set by the phone."""
        self.stats = None
        """This is no sound."""
        self._header_lines = header_lines
        self._owner = owner
        self._socket = ClientSocket(target, session)
        self._secured = False
        self._received = bytearray()
        self._head: AnswerHead | None = None

    @property
    def session(self) -> ssl.SSLSession | None:
        """See `ClientSocket.session`."""
        return self._socket.session

    def open(self) -> int:
        """Begin to connect, see `ClientSocket.open`."""
        return self._socket.open()

    def ask(self, path: str) -> None:
        """Ask for something on an idle connection.

        Raises:
            OSError: the connection broke.
        """
        self.path = path
        self._send_request()

    def advance(self, now_s: float) -> int:
        """Take the next step. Returns the epoll events to wait for.

        Raises:
            ListenerLost: a phone cannot go on with what the server sent.
            OSError: the connection broke.
        """
        try:
            if not self._secured:
                self._socket.prepare()
                self._secured = True
                self._owner.secured(now_s, resumed=self._socket.resumed)
                self._send_request()
            self._read(now_s)
        except WAITING as waiting:
            return events_after(waiting)
        return select.EPOLLIN

    def close(self) -> None:
        """Close the connection."""
        self.closed = True
        self._socket.close()

    def _send_request(self) -> None:
        request = f"GET {self.path} HTTP/1.1\r\n{self._header_lines}\r\n"
        self._socket.send(request.encode())  # fits into the empty send buffer

    def _read(self, now_s: float) -> None:
        """Read what is there, up to the end of an answer."""
        while True:
            data = self._socket.receive(READ_BYTES)
            if not data:
                self._ended()
                return
            if self.streams:
                self._owner.streamed(self, data, now_s)
                continue
            self._received += data
            if self._take_answer(now_s):
                return

    def _ended(self) -> None:
        if self.streams:
            raise ListenerLost("the server ended the captions")
        if self.path is not None:
            raise ListenerLost("the server closed a connection before it answered")
        self._owner.dropped(self)

    def _take_answer(self, now_s: float) -> bool:
        """Hand over an answer; returns whether one was complete."""
        path = self.path
        if path is None:
            raise ListenerLost("the server sent something that nobody asked for")
        if self._head is None:
            parsed = parse_head(bytes(self._received))
            if parsed is None:
                return False
            self._head, rest = parsed
            self._received = bytearray(rest)
        head = self._head
        if head.status == _OK and head.headers.get("content-type", "").startswith(_EVENTS):
            self.streams = True
            self._owner.answered(path, head, b"", now_s)
            begun, self._received = bytes(self._received), bytearray()
            if begun:
                self._owner.streamed(self, begun, now_s)
            return False
        size = head.headers.get("content-length", "")
        if not size.isdigit():
            raise ListenerLost("the server sent a file without its length")
        if len(self._received) < int(size):
            return False
        body = bytes(self._received)
        self._received, self._head, self.path = bytearray(), None, None
        self._owner.answered(path, head, body, now_s)
        return True
