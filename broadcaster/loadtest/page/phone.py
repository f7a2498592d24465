"""One phone: it opens the page as a browser does, and hears sound after a tap.

A browser asks for the page, then for its styles and scripts at the same time, over up to six
connections that it keeps. The scripts then read the captions as a stream, and load more files one
after the other: the player, and what is behind the buttons. The sound is a WebSocket. All but the
first connection resume the first one's TLS session.
"""

import select
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.page.document import PageDocument, document_of, embedded_captions
from broadcaster.loadtest.page.exchange import Exchange
from broadcaster.loadtest.page.results import PageVisit
from broadcaster.loadtest.page.scripts import LaterFiles, page_address
from broadcaster.loadtest.results import FrameLog, ListenerStats
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports.answer_head import AnswerHead, check_status
from broadcaster.loadtest.transports.client_socket import READ_BYTES, WAITING
from broadcaster.loadtest.transports.connection import LoadConnection
from broadcaster.loadtest.transports.websocket import WebSocketLoadListener
from broadcaster.model.language import FLOOR
from broadcaster.model.variant import ChannelVariant

MOST_CONNECTIONS = 6
"""For files, to one server, as in browsers. The WebSocket is not counted."""
NEWEST = 40
"""Captions that the page asks for if none came with it."""
TAP_AFTER_S = 0.5
"""From the first caption to the tap on Listen."""
_OK = 200
_CAPTION = b"event: caption"


class Connection(Protocol):
    """A connection of a phone, in its crowd's epoll loop."""

    closed: bool
    """Whether it was closed, by either side."""

    @property
    def finished(self) -> bool:
        """Whether what comes from now on need not be understood."""

    @property
    def stats(self) -> ListenerStats | None:
        """Gets what is heard; None if this is no sound."""

    def open(self) -> int:
        """Begin to connect. Returns the file descriptor."""

    def advance(self, now_s: float, /) -> int:
        """Take the next step. Returns the epoll events to wait for."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class PhoneTools:
    """The tools that all phones of a process share.

    Attributes:
        target: the server.
        later: what the page loads later.
        log: the newest frames.
        watch: opens a connection of a phone, and lets it advance.
    """

    target: LoadTarget
    later: LaterFiles
    log: FrameLog
    watch: Callable[["Phone", Connection], None]


class Phone:
    """One visit of the page.

    Args:
        tools: what it shares with other phones.
        number: of the phone, which decides its channel.
        now_s: the time at which it scans the code.
    """

    def __init__(self, tools: PhoneTools, number: int, now_s: float) -> None:
        self.visit = PageVisit(now_s)
        self.descriptors: set[int] = set()
        """Of its connections so far; kept by its crowd."""
        self._tools = tools
        self._channel = tools.target.channel(number)
        self._page = page_address(tools.target, self._channel)
        self._header_lines = _header_lines(tools.target, self._channel)
        self._exchanges: list[Exchange] = []
        self._waiting: deque[str] = deque()
        self._waiting_idly: deque[str] = deque()
        """Files that are worth no connection of their own."""
        self._asked: set[str] = set()
        self._missing: set[str] = set()
        """Files without which the page does not begin, then those without which no sound begins."""
        self._held: list[str] = []
        """Files that are loaded when the stream of captions has begun."""
        self._stream = ""
        self._flows = False
        """Whether the stream of captions has begun."""
        self._streamed = b""
        self._embedded = 0
        """Captions that came with the page."""
        self._sound: SoundConnection | None = None

    def begin(self) -> None:
        """Ask for the page.

        Raises:
            OSError: there is no socket for it.
        """
        self._ask(self._page)

    @property
    def tap_s(self) -> float | None:
        """When the attendee taps Listen; None until a caption is there, or the page has none."""
        visit = self.visit
        shown_s = visit.caption_s or visit.ready_s
        return None if shown_s is None else shown_s + TAP_AFTER_S

    @property
    def waits_for(self) -> str:
        """Its next step, as the reason of a failure."""
        visit = self.visit
        if visit.secured_s is None:
            return "no connection"
        if visit.page_s is None:
            return "no page"
        if visit.begun_s is None:
            return "not all files of the page"
        if visit.ready_s is None:
            return "no stream of captions, or not all scripts"
        return "no sound"

    def tap(self, now_s: float) -> None:
        """The attendee taps Listen. The sound begins once all that it needs has arrived.

        Raises:
            OSError: there is no socket for it.
        """
        listener = WebSocketLoadListener(self._tools.target, self._channel, self._tools.log, now_s)
        connection = LoadConnection(self._tools.target, listener, self._session)
        self._sound = SoundConnection(connection)
        self.visit.sound = listener.stats
        if self.visit.ready_s is not None:
            self._open_sound(self._sound)

    def close(self) -> None:
        """Close everything."""
        for exchange in self._exchanges:
            exchange.close()
        if self._sound is not None:
            self._sound.close()

    def secured(self, now_s: float, *, resumed: bool) -> None:
        """See `exchange.ExchangeOwner`."""
        self.visit.connections += 1
        self.visit.resumed += resumed
        if self.visit.secured_s is None:
            self.visit.secured_s = now_s

    def answered(self, path: str, head: AnswerHead, body: bytes, now_s: float) -> None:
        """See `exchange.ExchangeOwner`."""
        check_status(head.status, _OK, body)
        self.visit.requests += 1
        self.visit.received_bytes += len(body)
        self._missing.discard(path)
        if path == self._page:
            self._take_page(document_of(body, head.headers.get("content-encoding", "")), now_s)
        for file in self._tools.later.after(path):
            self._load_later(file)
        self._go_on(now_s)
        self._send_waiting()

    def streamed(self, exchange: Exchange, data: bytes, now_s: float) -> None:
        """See `exchange.ExchangeOwner`."""
        self.visit.received_bytes += len(data)
        if not self._flows:
            self._flows = True
            for file in self._held:
                self._load_later(file)
        if self.visit.caption_s is None:
            self._streamed += data
            if _CAPTION in self._streamed:
                self.visit.caption_s = now_s
        exchange.finished = self.visit.caption_s is not None
        self._go_on(now_s)

    def dropped(self, exchange: Exchange) -> None:
        """See `exchange.ExchangeOwner`."""
        self._exchanges.remove(exchange)
        exchange.close()

    def _take_page(self, document: PageDocument, now_s: float) -> None:
        self.visit.page_s = now_s
        self._missing |= set(document.files)
        self._missing |= self._unanswered(document)
        for path in [*document.files, *self._missing.difference(document.files)]:
            self._ask(path)
        for icon in document.icons:
            self._load_later(icon)

    def _unanswered(self, document: PageDocument) -> set[str]:
        """The addresses that the page has to ask, because their answers did not come with it."""
        base = f"/e/{self._tools.target.event}"
        newest = f"{base}/poll/{self._read_channel}?newest={NEWEST}"
        self._stream = f"{base}/captions/{self._read_channel}?newest={NEWEST}"
        if document.has_answer(newest):
            embedded = embedded_captions(document.answers[newest])
            self._embedded = embedded.count
            self._stream = f"{base}/captions/{self._read_channel}?after={embedded.after}"
        info = f"{base}/info"
        return set() if document.has_answer(info) else {info}

    @property
    def _read_channel(self) -> str:
        return quote(ChannelVariant.parse(self._channel).channel)

    def _load_later(self, file: str) -> None:
        """Load a file that is not needed for captions: not before they flow."""
        if file in self._asked:
            return
        if not self._flows:
            self._held.append(file)
            return
        self._missing.add(file)
        self._asked.add(file)
        self._waiting_idly.append(file)
        self._send_waiting()

    def _go_on(self, now_s: float) -> None:
        """Begin what had to wait for files."""
        visit = self.visit
        if self._missing or visit.page_s is None:
            return
        if visit.begun_s is None:
            visit.begun_s = now_s
            if self._embedded:
                visit.caption_s = now_s
            self._ask(self._stream)
        elif visit.ready_s is None and self._flows:
            visit.ready_s = now_s
            if self._sound is not None:
                self._open_sound(self._sound)

    def _ask(self, path: str) -> None:
        if path not in self._asked:
            self._asked.add(path)
            self._waiting.append(path)
            self._send_waiting()

    def _send_waiting(self) -> None:
        """Ask for what waits, over connections that are idle or can be opened."""
        while self._waiting:
            idle = next((one for one in self._exchanges if one.path is None), None)
            if idle is not None:
                idle.ask(self._waiting.popleft())
            elif len(self._exchanges) < MOST_CONNECTIONS:
                path, session = self._waiting.popleft(), self._session
                exchange = Exchange(self._tools.target, self, path, self._header_lines, session)
                self._exchanges.append(exchange)
                self._tools.watch(self, exchange)
            else:
                return
        for idle in [one for one in self._exchanges if one.path is None]:
            if self._waiting_idly:
                idle.ask(self._waiting_idly.popleft())

    @property
    def _session(self) -> ssl.SSLSession | None:
        """The TLS session of the first connection; None before it has one."""
        return self._exchanges[0].session if self._exchanges else None

    def _open_sound(self, sound: "SoundConnection") -> None:
        self.visit.connections += 1
        self._tools.watch(self, sound)


class SoundConnection:
    """The WebSocket of a phone, read until its first sound is there.

    Args:
        connection: not open yet.
    """

    def __init__(self, connection: LoadConnection) -> None:
        self.stats = connection.listener.stats
        self.closed = False
        self._connection = connection

    @property
    def finished(self) -> bool:
        """Whether the first sound is there."""
        return self.stats.first_sound_s is not None

    def open(self) -> int:
        """Begin to connect, see `ClientSocket.open`."""
        return self._connection.open()

    def advance(self, now_s: float) -> int:
        """Take the next step. Returns the epoll events to wait for.

        Raises:
            ListenerLost: the server refused, or ended the sound.
            OSError: the connection broke.
        """
        connection = self._connection
        if not connection.established:
            return connection.advance(now_s)
        with suppress(*WAITING):
            data = connection.receive(READ_BYTES)
            if not data:
                raise ListenerLost("the server closed the connection")
            if reply := connection.listener.take(data, now_s):
                connection.send(reply)
        return select.EPOLLIN

    def close(self) -> None:
        """Close the connection."""
        self.closed = True
        self._connection.close()


def _header_lines(target: LoadTarget, channel: str) -> str:
    language = "en" if channel == FLOOR else ChannelVariant.parse(channel).channel
    return (
        f"Host: {target.url.host_port_subcomponent}\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Accept-Language: {language}\r\nUser-Agent: broadcaster-loadtest\r\n{target.header_lines}"
    )
