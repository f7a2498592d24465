"""The end of a talk that no other booth can say: it is said although sessions fail."""

from broadcaster.booths.floor.buffer import FloorBuffer

OWED_S = 0.5
"""A session may leave this much speech unanswered at its end: no more than a breath."""
MOST_ATTEMPTS = 3
"""Sessions in a row that add nothing; then the rest is lost."""


class LastWords:
    """Knows whether another session is needed.

    Args:
        buffer: the sound that is interpreted.

    Attributes:
        until: event-clock sample up to which everything is to be said; None if another booth goes
            on.
    """

    def __init__(self, buffer: FloorBuffer) -> None:
        self.until: int | None = None
        self._buffer = buffer
        self._done_until = -1
        self._attempts = 0

    def are_said(self, done_until: int) -> bool:
        """Whether no further session is needed; asked before each of them.

        Args:
            done_until: event-clock sample up to which all is said.
        """
        if self.until is None:
            return True
        if done_until > self._done_until:
            self._done_until, self._attempts = done_until, 0
        self._attempts += 1
        owed_s = self._buffer.speech.spoken_s(done_until, self.until)
        return owed_s < OWED_S or self._attempts > MOST_ATTEMPTS
