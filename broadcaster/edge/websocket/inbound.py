"""Reads what listeners send. They have nothing to send, so little is accepted.

After its handshake a connection leaves the HTTP server, whose request, parser and task would
otherwise stay in memory for as long as somebody listens. These protocols read it from then on.
"""

import asyncio
from collections.abc import Callable

from broadcaster.sockets.transport import SocketTransport

MOST_MESSAGES = 16
"""Messages that a listener may send on one connection."""
LARGEST_BYTES = 1024
"""Largest payload of one message; also all that a caption reader may send after its request."""

_FIN, _OPCODE, _MASKED, _LENGTH = 0x80, 0x0F, 0x80, 0x7F
_CLOSE, _PING, _PONG = 0x8, 0x9, 0xA
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_LARGEST_CONTROL_BYTES = 125
NORMAL, PROTOCOL_ERROR, POLICY, TOO_BIG = 1000, 1002, 1008, 1009
"""Close codes (RFC 6455 §7.4.1)."""
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
    """Reads a WebSocket: answers pings and the closing handshake (RFC 6455 §5)."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        super().__init__(on_lost)
        self._unread = b""
        self._left_messages = MOST_MESSAGES

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._unread += data
        while len(self._unread) >= 2 and not self._transport.is_closing():  # noqa: PLR2004 - the shortest header
            if not self._read_frame():
                return

    def _read_frame(self) -> bool:
        """Take one frame off the front; False when it is incomplete, or not allowed."""
        length, start = self._unread[1] & _LENGTH, 2
        if length >= _TWO_BYTES:
            start += 2 if length == _TWO_BYTES else 8
            if len(self._unread) < start:
                return False
            length = int.from_bytes(self._unread[2:start], "big")
        if not self._unread[1] & _MASKED:
            return self._close(PROTOCOL_ERROR)
        if length > LARGEST_BYTES:
            return self._close(TOO_BIG)
        end = start + 4 + length
        if len(self._unread) < end:
            return False
        opcode = self._unread[0] & _OPCODE
        mask, payload = self._unread[start : start + 4], self._unread[start + 4 : end]
        self._unread = self._unread[end:]
        return self._answer(opcode, bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def _answer(self, opcode: int, payload: bytes) -> bool:
        if opcode != _PONG:  # a pong answers our ping
            self._left_messages -= 1
        if opcode == _CLOSE or self._left_messages < 0:
            return self._close(NORMAL if opcode == _CLOSE else POLICY)
        if opcode == _PING and len(payload) <= _LARGEST_CONTROL_BYTES:
            self._transport.write(bytes((_FIN | _PONG, len(payload))) + payload)
        return True

    def _close(self, code: int) -> bool:
        self._transport.write(close_frame(code))
        self._transport.close()
        return False
