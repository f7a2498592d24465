"""A listener by WebSocket, as docs/protocol.md describes it."""

import base64
import hashlib
import json
import os
from enum import IntEnum

from broadcaster.errors import BadEnvelope, ListenerLost
from broadcaster.loadtest.results import FrameArrivals, FrameLog, ListenerStats
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports.answer_head import check_status
from broadcaster.model.audio import AudioFrame

PROTOCOL = "broadcaster.audio.v1"
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""The constant in a server's `Sec-WebSocket-Accept` (RFC 6455 §1.3)."""
_LONG = 126
_MASKED = 0x80
_EVENT_ENDED = 4000


class _FirstByte(IntEnum):
    """First bytes of unfragmented frames (RFC 6455 §5.2)."""

    TEXT = 0x81
    BINARY = 0x82
    CLOSE = 0x88
    PING = 0x89
    PONG = 0x8A


class WebSocketLoadListener:
    """A `LoadListener` that reads frames. A frame another listener got is known by its bytes.

    Args:
        target: the server.
        channel: what to listen to.
        log: the frames of that channel, shared by its listeners.
        now_s: the time at which the listener begins to join.
    """

    def __init__(self, target: LoadTarget, channel: str, log: FrameLog, now_s: float) -> None:
        self.stats = ListenerStats(now_s)
        self._target, self._channel, self._log = target, channel, log
        self._key = base64.b64encode(os.urandom(16))
        self._partial = b""
        self._known: dict[bytes, FrameArrivals] = {}
        """The log's recent frames if the next bytes begin a frame, otherwise empty."""

    def request(self) -> bytes:
        """The opening handshake (RFC 6455 §4.1)."""
        url = self._target.url
        return (
            f"GET /e/{self._target.event}/audio/{self._channel} HTTP/1.1\r\n"
            f"Host: {url.host_port_subcomponent}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {self._key.decode()}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n"
            f"{self._target.header_lines}\r\n"
        ).encode()

    def answered(self, status: int, headers: dict[str, str], body: bytes, _now_s: float) -> None:
        """Check the server's side of the handshake (RFC 6455 §4.1)."""
        check_status(status, 101, body)
        proof = base64.b64encode(hashlib.sha1(self._key + _ACCEPT).digest())  # noqa: S324
        if headers.get("sec-websocket-accept") != proof.decode():
            raise ListenerLost("the server's WebSocket handshake is wrong")

    def take(self, data: bytes, now_s: float) -> bytes:
        """Count frames. Usually the data is one whole frame that other listeners got before."""
        self.stats.bytes += len(data)
        arrivals = self._known.get(data)
        if arrivals is None:
            return self._take_frames(data, now_s)
        self.stats.frame_arrived(arrivals, now_s)
        return b""

    def _take_frames(self, data: bytes, now_s: float) -> bytes:
        data = self._partial + data
        reply = b""
        start = 0
        while len(data) - start >= 2:  # noqa: PLR2004
            size, header = data[start + 1], 2
            if size == _LONG:
                size, header = int.from_bytes(data[start + 2 : start + 4], "big"), 4
            elif size > _LONG:
                raise ListenerLost("the server sent a masked or a giant frame")
            end = start + header + size
            if end > len(data) or len(data) < start + header:
                break
            reply += self._take_frame(data[start:end], header, now_s)
            start = end
        self._partial = data[start:]
        joined = self.stats.joined_s is not None
        self._known = self._log.recent if joined and not self._partial else {}
        return reply

    def _take_frame(self, frame: bytes, header: int, now_s: float) -> bytes:
        payload = frame[header:]
        match frame[0]:
            case _FirstByte.BINARY:
                self._take_sound(frame, payload, now_s)
            case _FirstByte.TEXT:
                self._take_text(payload, now_s)
            case _FirstByte.PING:
                return _pong(payload)
            case _FirstByte.PONG:
                pass
            case _FirstByte.CLOSE:
                code = int.from_bytes(payload[:2], "big")
                ended = (
                    "the event has ended" if code == _EVENT_ENDED else f"closed with code {code}"
                )
                raise ListenerLost(ended)
            case _:
                raise ListenerLost("the server sent a frame that docs/protocol.md does not know")
        return b""

    def _take_sound(self, frame: bytes, payload: bytes, now_s: float) -> None:
        if self.stats.joined_s is None:
            raise ListenerLost("the server sent sound before its hello")
        try:
            sound = AudioFrame.from_bytes(payload)
        except BadEnvelope:
            raise ListenerLost("the server sent sound without an envelope") from None
        self.stats.frame_arrived(self._log.arrivals(frame, sound, now_s), now_s)

    def _take_text(self, payload: bytes, now_s: float) -> None:
        try:
            kind = json.loads(payload)["type"]
        except (ValueError, KeyError, TypeError):
            raise ListenerLost("the server sent a text that is not JSON with a type") from None
        if kind == "hello":
            self.stats.joined_s = now_s


def _pong(payload: bytes) -> bytes:
    """A masked pong (RFC 6455 §5.3, §5.5.3)."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes((_FirstByte.PONG, _MASKED | len(payload))) + mask + masked
