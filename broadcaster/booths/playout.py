"""What an interpreter said, waiting to be played at real-time rate."""

from collections import deque
from dataclasses import dataclass

from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

LONGEST_QUEUE = 60 * CLOCK_HZ
"""Samples kept at most; beyond it the oldest are dropped and counted."""


@dataclass(slots=True)
class _Piece:
    source_position: int
    pcm: memoryview


class Playout:
    """A queue of interpreted sound; silence comes out while it is empty.

    The provider fills pauses with exact zeros so that its stream is longer than real time
    (realtime-protocol §2.5); pieces that hold nothing else are not queued.
    """

    def __init__(self, longest_queue: int = LONGEST_QUEUE) -> None:
        self._pieces: deque[_Piece] = deque()
        self._longest_queue = longest_queue
        self._queued = 0
        self.dropped = 0
        """Samples dropped because the queue was full."""
        self.lag: int | None = None
        """Samples between the floor and what was last played out of it; None before any sound."""

    @property
    def queued(self) -> int:
        """Samples waiting."""
        return self._queued

    def push(self, pcm: bytes, source_position: int) -> None:
        """Queue s16le mono 24 kHz that was interpreted from the floor at `source_position`."""
        if not pcm.strip(b"\0"):
            return
        self._pieces.append(_Piece(source_position, memoryview(pcm)))
        self._queued += len(pcm) // SAMPLE_BYTES
        while self._queued > self._longest_queue:
            oldest = len(self._pieces.popleft().pcm) // SAMPLE_BYTES
            self._queued -= oldest
            self.dropped += oldest

    def pull(self, samples: int, floor_now: int) -> bytes:
        """The next `samples`, filled up with silence; the floor is at `floor_now` by then."""
        wanted = samples * SAMPLE_BYTES
        out = bytearray()
        while len(out) < wanted and self._pieces:
            piece = self._pieces[0]
            taken = piece.pcm[: wanted - len(out)]
            out += taken
            self.lag = max(0, floor_now - piece.source_position)
            if len(taken) == len(piece.pcm):
                self._pieces.popleft()
            else:
                piece.pcm = piece.pcm[len(taken) :]
                piece.source_position += len(taken) // SAMPLE_BYTES
        self._queued -= len(out) // SAMPLE_BYTES
        out += bytes(wanted - len(out))
        return bytes(out)
