"""A listener by plain HTTP, like an `<audio>` element or an internet radio."""

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.results import ListenerStats
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports.answer_head import check_status

GAP_S = 1.0
"""A longer pause is counted as a gap: players buffer about this much sound (docs/protocol.md)."""


class HttpLoadListener:
    """A `LoadListener` that reads an endless MP3 without decoding it.

    Args:
        target: the server.
        channel: what to listen to.
        now_s: the time at which the listener begins to join.
    """

    def __init__(self, target: LoadTarget, channel: str, now_s: float) -> None:
        self.stats = ListenerStats(now_s, GAP_S)
        self._target, self._channel = target, channel

    def request(self) -> bytes:
        """The request of a player."""
        url = self._target.url
        return (
            f"GET /listen/{self._target.event}/{self._channel}.mp3 HTTP/1.1\r\n"
            f"Host: {url.host_port_subcomponent}\r\nAccept: audio/*\r\n"
            f"{self._target.header_lines}\r\n"
        ).encode()

    def answered(self, status: int, headers: dict[str, str], body: bytes, now_s: float) -> None:
        """A listener has joined once the server answers 200 with sound."""
        check_status(status, 200, body)
        if not headers.get("content-type", "").startswith("audio/"):
            raise ListenerLost("the server answered something that is not sound")
        self.stats.joined_s = now_s

    def take(self, data: bytes, now_s: float) -> bytes:
        """Count some of the sound."""
        self.stats.bytes += len(data)
        self.stats.messages += 1
        self.stats.sound_arrived(now_s)
        return b""
