"""Frames of sound that wait for a socket, bounded."""

from collections import deque

from broadcaster.realtime import wire
from broadcaster.realtime.protocol.session import AudioProtocol, State

QUEUE_FRAMES = 2_000 // wire.FRAME_MS
"""Frames that wait at most: 2 s."""


class FrameQueue:
    """Keeps the newest frames for a protocol; when it is full, the oldest is dropped.

    Attributes:
        sent: frames handed to the protocol, which the provider bills.
        dropped: frames not sent because the socket was slow or the session over.
        overflowed: those of them that a slow socket left out of a session that went on.
    """

    def __init__(self, protocol: AudioProtocol) -> None:
        self.sent = 0
        self.dropped = 0
        self.overflowed = 0
        self._protocol = protocol
        self._frames: deque[bytes] = deque()

    def put(self, pcm: bytes) -> None:
        """Queue a frame."""
        if len(self._frames) == QUEUE_FRAMES:
            self._frames.popleft()
            self.dropped += 1
            self.overflowed += 1
        self._frames.append(pcm)

    def send_oldest(self) -> bool:
        """Hand the oldest frame to the protocol; False if it takes none, or no frame waits."""
        if not self._frames or self._protocol.state is not State.LIVE:
            return False
        self._protocol.append(self._frames.popleft())
        self.sent += 1
        return True

    def count_dropped(self) -> None:
        """A frame came too late to be queued."""
        self.dropped += 1

    def discard(self) -> None:
        """Drop everything: nothing can be sent any more."""
        self.dropped += len(self._frames)
        self._frames.clear()
