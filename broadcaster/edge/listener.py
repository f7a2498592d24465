"""One attendee's audio connection, as the fan-out sees it."""

import asyncio
import json

from broadcaster.model.ports import Clock

BUDGET_BYTES = 8 * 1024
"""Unsent bytes a listener may have, about two seconds; over it frames are skipped."""
STALLED_S = 10.0
"""A listener that has been over its budget for this long is disconnected."""

_TEXT, _BINARY, _FIN = 0x1, 0x2, 0x80
_SHORT, _LONG = 125, 126
EVENT_ENDED = 4000
_END = bytes((_FIN | 0x8, 2)) + EVENT_ENDED.to_bytes(2, "big")
"""A close frame (RFC 6455 §5.5.1) with the code above."""


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


class Listener:
    """Writes ready frames to one WebSocket, or skips them while it cannot keep up."""

    def __init__(self, transport: asyncio.WriteTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._skipped = 0
        self._over_since: float | None = None

    def write(self, frame: bytes) -> bool:
        """Send one frame; False when it was skipped."""
        if self._transport.is_closing():
            return True
        if self._transport.get_write_buffer_size() > BUDGET_BYTES:
            self._skip()
            return False
        if self._skipped:
            notice = json.dumps({"type": "skipped", "frames": self._skipped}).encode()
            self._transport.write(websocket_frame(notice, text=True))
            self._skipped = 0
            self._over_since = None
        self._transport.write(frame)
        return True

    def end(self) -> None:
        """Close with code 4000: the event is over."""
        if not self._transport.is_closing():
            self._transport.write(_END)
            self._transport.close()

    def cut(self) -> None:
        """Disconnect at once, so that the page connects anew."""
        self._transport.abort()

    def _skip(self) -> None:
        now = self._clock.monotonic()
        self._skipped += 1
        if self._over_since is None:
            self._over_since = now
        elif now - self._over_since > STALLED_S:
            self._transport.abort()
