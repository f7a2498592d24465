"""A queue of samples that lie next to each other in memory."""

import numpy as np

from broadcaster.rack.sound import RackSamples


class SampleQueue:
    """Samples in the order in which they came.

    Args:
        most: samples that it holds; beyond it the oldest are dropped.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._memory = np.zeros(2 * most, dtype=np.float32)
        self._start = self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    def view(self) -> RackSamples:
        """All of them; may be written to, and is valid until the next call of another method."""
        return self._memory[self._start : self._end]

    def append(self, samples: RackSamples) -> None:
        """Add the newest."""
        samples = samples[-self._most :]
        self.drop(max(0, len(self) + len(samples) - self._most))
        if self._end + len(samples) > len(self._memory):
            self._memory[: len(self)] = self.view().copy()
            self._start, self._end = 0, len(self)
        self._memory[self._end : self._end + len(samples)] = samples
        self._end += len(samples)

    def drop(self, count: int) -> None:
        """Take out the oldest."""
        self._start += min(count, len(self))

    def clear(self) -> None:
        """Take out all."""
        self._start = self._end = 0
