"""A listener by WebSocket, as docs/protocol.md describes it."""

import base64
import hashlib
import json
import os
from enum import IntEnum

from broadcaster.errors import BadEnvelope, ListenerLost
from broadcaster.loadtest.results import FrameLog, Sighting
from broadcaster.loadtest.target import Target
from broadcaster.loadtest.transports.connection import Connection, check_status
from broadcaster.model.audio import AudioFrame

PROTOCOL = "broadcaster.audio.v1"
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a server's proof is made with (RFC 6455 §1.3)."""
_LONG = 126
_MASKED = 0x80
_EVENT_ENDED = 4000


class _First(IntEnum):
    """First bytes of unfragmented frames (RFC 6455 §5.2)."""

    TEXT = 0x81
    BINARY = 0x82
    CLOSE = 0x88
    PING = 0x89
    PONG = 0x8A


class WebSocketListener(Connection):
    """Reads frames; one that others have seen is known by its bytes and not taken apart again."""

    def __init__(self, target: Target, channel: str, log: FrameLog, now_s: float) -> None:
        super().__init__(target, now_s)
        self._channel = channel
        self._log = log
        self._key = base64.b64encode(os.urandom(16))
        self._partial = b""
        self._known: dict[bytes, Sighting] = {}
        """The log's recent frames while what comes next starts a frame, otherwise none."""

    def request(self) -> bytes:
        """The opening handshake (RFC 6455 §4.1)."""
        url = self._target.url
        return (
            f"GET /e/{self._target.event}/audio/{self._channel} HTTP/1.1\r\n"
            f"Host: {url.host_port_subcomponent}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {self._key.decode()}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        ).encode()

    def answered(self, status: int, headers: dict[str, str], body: bytes, now_s: float) -> None:
        """Check the server's side of the handshake (RFC 6455 §4.1)."""
        check_status(status, 101, body)
        proof = base64.b64encode(hashlib.sha1(self._key + _ACCEPT).digest())  # noqa: S324
        if headers.get("sec-websocket-accept") != proof.decode():
            raise ListenerLost("the server's WebSocket handshake is wrong")
        if body:
            self.take(body, now_s)

    def take(self, data: bytes, now_s: float) -> None:
        """Note a frame; the usual case is one whole frame that others have had before."""
        self.ear.bytes += len(data)
        sighting = self._known.get(data)
        if sighting is None:
            self._cut(data, now_s)
        else:
            self.ear.hear(sighting, now_s)

    def _cut(self, data: bytes, now_s: float) -> None:
        data = self._partial + data
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
            self._frame(data[start:end], header, now_s)
            start = end
        self._partial = data[start:]
        joined = self.ear.joined_s is not None
        self._known = self._log.recent if joined and not self._partial else {}

    def _frame(self, frame: bytes, header: int, now_s: float) -> None:
        payload = frame[header:]
        match frame[0]:
            case _First.BINARY:
                self._sound(frame, payload, now_s)
            case _First.TEXT:
                self._told(payload, now_s)
            case _First.PING:
                self.send(_pong(payload))
            case _First.PONG:
                pass
            case _First.CLOSE:
                code = int.from_bytes(payload[:2], "big")
                ended = (
                    "the event has ended" if code == _EVENT_ENDED else f"closed with code {code}"
                )
                raise ListenerLost(ended)
            case _:
                raise ListenerLost("the server sent a frame that docs/protocol.md does not know")

    def _sound(self, frame: bytes, payload: bytes, now_s: float) -> None:
        if self.ear.joined_s is None:
            raise ListenerLost("the server sent sound before its hello")
        try:
            sound = AudioFrame.from_bytes(payload)
        except BadEnvelope:
            raise ListenerLost("the server sent sound without an envelope") from None
        self.ear.hear(self._log.see(frame, sound, now_s), now_s)

    def _told(self, payload: bytes, now_s: float) -> None:
        try:
            kind = json.loads(payload)["type"]
        except (ValueError, KeyError, TypeError):
            raise ListenerLost("the server sent a text that is not JSON with a type") from None
        if kind == "hello":
            self.ear.joined_s = now_s


def _pong(payload: bytes) -> bytes:
    """A masked pong (RFC 6455 §5.3, §5.5.3)."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes((_First.PONG, _MASKED | len(payload))) + mask + masked
