"""Reads what listeners send. They can change channel and nothing else, so little is accepted.

After its handshake a connection leaves the HTTP server, whose request, parser and task would
otherwise stay in memory for as long as somebody listens. These protocols read it from then on.
"""

import asyncio
import codecs
from collections.abc import Callable

from broadcaster.model.ports import Clock
from broadcaster.sockets.transport import SocketTransport

MOST_MESSAGES = 16
"""Messages that a listener may send at once."""
MESSAGES_PER_S = 4.0
"""Messages that it may send in the long run."""
LARGEST_BYTES = 1024
"""Largest payload of one message; also all that a caption reader may send after its request."""

_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_CONTINUATION, _TEXT, _BINARY = 0x0, 0x1, 0x2
_CLOSE, _PING, _PONG = 0x8, 0x9, 0xA
_DATA, _CONTROL = frozenset({_CONTINUATION, _TEXT, _BINARY}), frozenset({_CLOSE, _PING, _PONG})
_TWO_BYTES = 126
_LARGEST_CONTROL_BYTES = 125
NORMAL, PROTOCOL_ERROR, NOT_TEXT, POLICY, TOO_BIG = 1000, 1002, 1007, 1008, 1009
"""Close codes (RFC 6455 §7.4.1)."""
_CLOSE_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
"""Codes that a client may send."""
PING = bytes((_FIN | _PING, 0))
"""Keeps an idle WebSocket open through proxies."""


def close_frame(code: int) -> bytes:
    """A close frame (RFC 6455 §5.5.1)."""
    return bytes((_FIN | _CLOSE, 2)) + code.to_bytes(2, "big")


class Inbound(asyncio.Protocol):
    """Reads a connection whose request was answered; disconnects a client that keeps sending.

    Args:
        on_lost: called once when the connection is gone.
    """

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._left_bytes = LARGEST_BYTES

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, SocketTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """See `asyncio.Protocol`."""
        self._on_lost()


class WebSocketInbound(Inbound):
    """Reads a WebSocket: passes on text, answers pings and the closing handshake (RFC 6455 §5).

    A frame that the RFC does not allow closes the connection with 1002, text that is not UTF-8 with
    1007, too many messages with 1008, one that is too large with 1009.

    Args:
        on_lost: called once when the connection is gone.
        on_text: called with each text message.
        we_closed: returns whether our close frame was sent, so that the client's is the answer.
        clock: the time.
    """

    def __init__(
        self,
        on_lost: Callable[[], None],
        on_text: Callable[[str], None],
        we_closed: Callable[[], bool],
        clock: Clock,
    ) -> None:
        super().__init__(on_lost)
        self._on_text = on_text
        self._we_closed = we_closed
        self._clock = clock
        self._unread = b""
        self._left_messages = float(MOST_MESSAGES)
        self._counted_at = clock.monotonic()
        self._unfinished = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._text = ""

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._unread += data
        while len(self._unread) >= 2 and not self._transport.is_closing():  # noqa: PLR2004 - the shortest header
            if not self._read_frame():
                return

    def _read_frame(self) -> bool:
        """Take one frame off the front; False when it is incomplete, or not allowed."""
        first, second = self._unread[:2]
        length, start = second & _LENGTH, 2
        if not self._allowed(first, length) or not second & _MASKED:
            return self._close(PROTOCOL_ERROR)
        if length >= _TWO_BYTES:
            shortest = _TWO_BYTES if length == _TWO_BYTES else 1 << 16
            start += 2 if length == _TWO_BYTES else 8
            if len(self._unread) < start:
                return False
            length = int.from_bytes(self._unread[2:start], "big")
            if not shortest <= length < 1 << 63:
                return self._close(PROTOCOL_ERROR)
        if length > LARGEST_BYTES:
            return self._close(TOO_BIG)
        end = start + 4 + length
        if len(self._unread) < end:
            return False
        mask, payload = self._unread[start : start + 4], self._unread[start + 4 : end]
        self._unread = self._unread[end:]
        return self._answer(first, bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def _allowed(self, first: int, length: int) -> bool:
        """Whether a frame may begin like this; no extension was agreed on."""
        opcode, final = first & _OPCODE, bool(first & _FIN)
        if first & _RESERVED:
            return False
        if opcode in _CONTROL:
            return final and length <= _LARGEST_CONTROL_BYTES
        return opcode in _DATA and (opcode == _CONTINUATION) == self._unfinished

    def _answer(self, first: int, payload: bytes) -> bool:
        opcode = first & _OPCODE
        if opcode == _CLOSE:
            return self._close(_answer_to_close(payload))
        self._count_message()
        if self._left_messages < 0:
            return self._close(POLICY)
        if opcode == _PING:
            self._transport.write(bytes((_FIN | _PONG, len(payload))) + payload)
        return opcode not in _DATA or self._take(opcode, payload, final=bool(first & _FIN))

    def _count_message(self) -> None:
        now = self._clock.monotonic()
        refilled = self._left_messages + (now - self._counted_at) * MESSAGES_PER_S
        self._counted_at = now
        self._left_messages = min(MOST_MESSAGES, refilled) - 1

    def _take(self, opcode: int, payload: bytes, *, final: bool) -> bool:
        """Follow a message that may have several frames; False when it closes the connection."""
        if opcode != _CONTINUATION:
            self._decoder = codecs.getincrementaldecoder("utf-8")() if opcode == _TEXT else None
            self._text = ""
        self._unfinished = not final
        if self._decoder is None:
            return True
        try:
            self._text += self._decoder.decode(payload, final)
        except UnicodeDecodeError:
            return self._close(NOT_TEXT)
        if len(self._text) > LARGEST_BYTES:
            return self._close(TOO_BIG)
        if final:
            self._on_text(self._text)
        return True

    def _close(self, code: int) -> bool:
        if not self._we_closed():
            self._transport.write(close_frame(code))
        self._transport.close()
        return False


def _answer_to_close(payload: bytes) -> int:
    """The code that answers a client's close frame (RFC 6455 §5.5.1, §7.4)."""
    if not payload:
        return NORMAL
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or code not in _CLOSE_CODES:
        return PROTOCOL_ERROR
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return NOT_TEXT
    return NORMAL
