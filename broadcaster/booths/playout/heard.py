"""The position at which each sample of a channel's speech is heard."""

from bisect import bisect_left, bisect_right

_MOST_ENTRIES = 4_000
_KEPT_ENTRIES = 2_000
"""Two minutes of packets of 60 ms."""


class HeardPositions:
    """Turns samples of queued speech into positions of the channel.

    What was played is known. What still waits is expected to be played without a gap, at the
    current tempo.
    """

    def __init__(self) -> None:
        self._samples: list[int] = []
        self._positions: list[int] = []
        self._tempo = 1.0

    def played(self, sample: int, position: int, tempo: float) -> None:
        """Note what is heard now.

        Args:
            sample: of the speech, counted from the first that was ever queued.
            position: of the channel on the event clock.
            tempo: at which the rest will be played.
        """
        if self._samples:
            sample = max(sample, self._samples[-1])
        self._samples.append(sample)
        self._positions.append(position)
        self._tempo = tempo
        if len(self._samples) > _MOST_ENTRIES:
            del self._samples[:-_KEPT_ENTRIES], self._positions[:-_KEPT_ENTRIES]

    def start(self, sample: int) -> int:
        """Return the position at which the speech from this sample on is heard; 0 if unknown."""
        return self._position(sample, bisect_right(self._samples, sample))

    def end(self, sample: int) -> int:
        """Return the position at which the speech before this sample ends; 0 if unknown."""
        return self._position(sample, bisect_left(self._samples, sample))

    def _position(self, sample: int, following: int) -> int:
        if following == 0:
            return self._positions[0] if self._positions else 0
        ahead = sample - self._samples[following - 1]
        if following == len(self._samples):
            return self._positions[-1] + round(ahead / self._tempo)
        return min(self._positions[following - 1] + ahead, self._positions[following])
