"""A listener by plain HTTP, as `<audio>` and radios are."""

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.target import Target
from broadcaster.loadtest.transports.connection import Connection, check_status

GAP_S = 1.0
"""A longer pause is counted: players have about as much sound in hand (docs/protocol.md)."""


class HttpListener(Connection):
    """Reads an endless MP3; what is in it is not taken apart."""

    def __init__(self, target: Target, channel: str, now_s: float) -> None:
        super().__init__(target, now_s, GAP_S)
        self._channel = channel

    def request(self) -> bytes:
        """What a player sends."""
        url = self._target.url
        return (
            f"GET /listen/{self._target.event}/{self._channel}.mp3 HTTP/1.1\r\n"
            f"Host: {url.host_port_subcomponent}\r\nAccept: audio/*\r\n\r\n"
        ).encode()

    def answered(self, status: int, headers: dict[str, str], body: bytes, now_s: float) -> None:
        """In is who is promised sound."""
        check_status(status, 200, body)
        if not headers.get("content-type", "").startswith("audio/"):
            raise ListenerLost("the server answered something that is not sound")
        self.ear.joined_s = now_s
        if body:
            self.take(body, now_s)

    def take(self, data: bytes, now_s: float) -> None:
        """Some of the sound."""
        self.ear.bytes += len(data)
        self.ear.messages += 1
        self.ear.sound(now_s)
