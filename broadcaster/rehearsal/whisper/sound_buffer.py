"""The last sound of a stream, found by its time."""

import numpy as np

from broadcaster.rehearsal.whisper.hypothesis import MODEL_HZ, Samples

_PER_MS = MODEL_HZ // 1000


class SoundBuffer:
    """Sound of the last moments; older sound is forgotten.

    Args:
        kept_ms: how much is kept.
    """

    def __init__(self, kept_ms: int) -> None:
        self._kept = kept_ms * _PER_MS
        self._samples: Samples = np.zeros(0, np.float32)
        self._forgotten = 0

    @property
    def end_ms(self) -> int:
        """The time of its end."""
        return (self._forgotten + self._samples.size) // _PER_MS

    def append(self, samples: Samples) -> None:
        """Add the newest sound."""
        self._samples = np.concatenate([self._samples, samples])
        if self._samples.size > 2 * self._kept:
            self._forgotten += self._samples.size - self._kept
            self._samples = self._samples[-self._kept :]

    def between(self, start_ms: int, end_ms: int) -> Samples:
        """The sound between two times, as far as it is known."""
        first = max(0, start_ms * _PER_MS - self._forgotten)
        return self._samples[first : max(first, end_ms * _PER_MS - self._forgotten)]
