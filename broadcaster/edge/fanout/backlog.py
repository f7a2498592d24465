"""The newest sound of a channel, measured in time: packets are not equally long everywhere."""

from collections import deque


class Backlog:
    """Pieces of sound up to a total length; the oldest are dropped to make room.

    Args:
        longest: samples of the event clock.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._pieces: deque[tuple[bytes, int]] = deque()
        self.samples = 0
        """Total length of the pieces."""

    def push(self, piece: bytes, samples: int) -> int:
        """Add a piece that lasts `samples`; a piece without a length is left out.

        Returns:
            How many older pieces were dropped.
        """
        if not samples:
            return 0
        self._pieces.append((piece, samples))
        self.samples += samples
        dropped = 0
        while self.samples > self._longest:
            self.samples -= self._pieces.popleft()[1]
            dropped += 1
        return dropped

    def pieces(self) -> list[bytes]:
        """All pieces, the oldest first."""
        return [piece for piece, _ in self._pieces]

    def newest(self, longest: int) -> list[bytes]:
        """The newest pieces that last at most `longest` samples together, the oldest first."""
        first, left = len(self._pieces), longest
        while first and (left := left - self._pieces[first - 1][1]) >= 0:
            first -= 1
        return self.pieces()[first:]

    def clear(self) -> None:
        """Drop all pieces."""
        self._pieces.clear()
        self.samples = 0
