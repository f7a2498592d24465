"""One attendee's WebSocket, as the fan-out sees it."""

import asyncio
import json
from collections.abc import Mapping

from broadcaster.edge.fanout.slow_listeners import STALLED_S, SlowListeners
from broadcaster.edge.websocket.inbound import close_frame
from broadcaster.model.ports import Clock
from broadcaster.sockets.transport import SocketTransport

WEBSOCKET_BUDGET_BYTES = 8 * 1024
"""Unsent bytes a listener may have, about two seconds; over it frames are skipped."""

EVENT_ENDED = 4000
"""Close code of a WebSocket whose event is over."""
GOING_AWAY = 1001
"""Close code of a WebSocket whose server process stops (RFC 6455 §7.4.1)."""
CLOSES_WITHIN_S = 2.0
"""How long a client may take to answer a close frame."""

_TEXT, _BINARY, _FIN = 0x1, 0x2, 0x80
_SHORT, _LONG = 125, 126


def websocket_frame(payload: bytes, *, text: bool = False) -> bytes:
    """An unmasked, unfragmented server frame (RFC 6455 §5.2).

    Args:
        payload: up to 65,535 bytes.
        text: a text message instead of a binary one.
    """
    opcode = _FIN | (_TEXT if text else _BINARY)
    size = len(payload)
    if size <= _SHORT:
        return bytes((opcode, size)) + payload
    return bytes((opcode, _LONG)) + size.to_bytes(2, "big") + payload


def text_frame(message: Mapping[str, object]) -> bytes:
    """A text message, as JSON."""
    return websocket_frame(json.dumps(message).encode(), text=True)


class WebSocketListener:
    """One WebSocket in a `FanOut`. Over its budget it skips to live, and gets a message about it.

    Args:
        transport: its connection.
        clock: the time.
        slow: where skips are counted; another one when it changes channel.
    """

    def __init__(self, transport: SocketTransport, clock: Clock, slow: SlowListeners) -> None:
        self.transport = transport
        self._clock = clock
        self.slow = slow
        self._skipped = 0
        self._skipping_since = 0.0
        self.closing = False
        """Whether a close frame was sent, after which nothing may follow."""

    def late(self, data: bytes) -> None:
        """See `fan_out.Member`."""
        if self.transport.is_closing():
            return
        queued_bytes = self.transport.get_write_buffer_size() + len(data)
        if not self._skipped and queued_bytes <= WEBSOCKET_BUDGET_BYTES:
            self.transport.write(data)
            return
        now = self._clock.monotonic()
        if not self._skipped:
            self._skipping_since = now
        self._skipped += 1
        self.slow.count_skip(self)
        if now - self._skipping_since > STALLED_S:
            self.slow.stalled += 1
            self.transport.abort()

    def caught_up(self) -> None:
        """Tell the listener what it missed; the next frame it gets is the newest."""
        if self._skipped:
            notice = text_frame({"type": "skipped", "frames": self._skipped})
            self._skipped = 0
            self.transport.write(notice)

    def end(self, code: int) -> None:
        """Send a close frame after the frames that are queued, and let the client close, or do it.

        The client answers and closes (RFC 6455 §7.1.1). A connection that we closed at once would
        look broken to one that answers.
        """
        if not self.closing:
            self.closing = True
            self.transport.write(close_frame(code))
            asyncio.get_running_loop().call_later(CLOSES_WITHIN_S, self.transport.close)
