"""An estimate of how many readers poll, from how often they ask.

A reader that polls has no connection to count. It asks about once a second, so the questions of a
window divided by its seconds are the readers. The estimate keeps a booth on for them, as readers of
the stream do.
"""

from math import ceil

from broadcaster.model.ports import Clock

WINDOW_S = 5.0
"""Long enough that one reader, which asks a little less than once a second, counts as one."""


class PollingReaders:
    """Counts the questions of this window and of the one before.

    Args:
        clock: time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window = 0
        self._asked = 0
        self._asked_before = 0

    def __len__(self) -> int:
        self._turn()
        return ceil(max(self._asked, self._asked_before) / WINDOW_S)

    def count(self) -> None:
        """A reader asked."""
        self._turn()
        self._asked += 1

    def _turn(self) -> None:
        window = int(self._clock.monotonic() / WINDOW_S)
        if window != self._window:
            self._asked_before = self._asked if window == self._window + 1 else 0
            self._window, self._asked = window, 0
