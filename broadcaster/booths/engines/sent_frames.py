"""The part of the floor that a session has heard, frame by frame.

A server counts what it heard. A frame that a slow socket dropped, or a jump of the floor, moves all
that follows.
"""

from bisect import bisect_left, bisect_right
from collections import deque

from broadcaster.realtime.socket.frame_queue import FrameQueue
from broadcaster.realtime.wire import FRAME_SAMPLES

_MOST_JUMPS = 1_000


class SentFrames:
    """Turns samples that a server has heard into positions on the event clock.

    Args:
        frames: the frames on their way to the server.
    """

    def __init__(self, frames: FrameQueue) -> None:
        self._frames = frames
        self._waiting: deque[int] = deque()
        self._sent = 0
        self._overflowed = 0
        self._heard: list[int] = []
        self._positions: list[int] = []
        """For each stretch without a gap: the samples heard before it, and where it starts."""

    def before_append(self) -> None:
        """Note what was sent so far; to be called before the next frame is queued."""
        while self._sent < self._frames.sent and self._waiting:
            self._note(self._sent * FRAME_SAMPLES, self._waiting.popleft())
            self._sent += 1

    def appended(self, position: int) -> None:
        """Note the frame that was just queued.

        Args:
            position: event-clock sample of its first sample.
        """
        self._waiting.append(position)
        if self._overflowed < self._frames.overflowed:
            self._overflowed = self._frames.overflowed
            self._waiting.popleft()

    def start(self, heard: int) -> int | None:
        """Return the position of the sample after `heard` samples; None before the first frame."""
        self.before_append()
        return self._position(heard, bisect_right(self._heard, heard))

    def end(self, heard: int) -> int | None:
        """Return the position at which the first `heard` samples end; None before the first frame.

        It is another one than the start of the next sample where the floor jumped.
        """
        self.before_append()
        return self._position(heard, bisect_left(self._heard, heard))

    def _position(self, heard: int, stretches: int) -> int | None:
        if not self._heard:
            return self._waiting[0] + heard if self._waiting else None
        number = max(0, stretches - 1)
        return self._positions[number] + heard - self._heard[number]

    def _note(self, heard: int, position: int) -> None:
        if self._heard and position - self._positions[-1] == heard - self._heard[-1]:
            return
        self._heard.append(heard)
        self._positions.append(position)
        del self._heard[:-_MOST_JUMPS], self._positions[:-_MOST_JUMPS]
