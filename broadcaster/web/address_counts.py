"""Counts what addresses do in windows of time, in a table of bounded size."""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from broadcaster.model.ports import Clock

MOST_ADDRESSES = 10_000
"""Addresses in one table, about 2 MB. Beyond it the one that did nothing for longest is forgotten,
and begins again at zero."""


@dataclass(frozen=True, slots=True)
class Excess:
    """An address has reached its limit.

    Attributes:
        wait_s: until its window is over, at least 1.
        first: whether it is the first time in this window.
    """

    wait_s: int
    first: bool


@dataclass(slots=True)
class _Window:
    ends_at: float
    count: int = 0


class AddressCounts:
    """Counts one kind of thing for each address.

    Args:
        limit: how often an address may do it in a window.
        window_s: seconds from the first time until the count begins again.
        clock: the time.
        most: addresses in the table.
    """

    def __init__(
        self, limit: int, window_s: float, clock: Clock, most: int = MOST_ADDRESSES
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._most = most
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, network: str) -> Excess | None:
        """An address does it once more; returns whether that is too often."""
        now = self._clock.monotonic()
        window = self._windows.get(network)
        if window is None or window.ends_at <= now:
            window = self._windows[network] = _Window(now + self._window_s)
        self._windows.move_to_end(network)
        if len(self._windows) > self._most:
            self._windows.popitem(last=False)
        window.count += 1
        if window.count <= self._limit:
            return None
        return Excess(_left_s(window, now), window.count == self._limit + 1)

    def wait_s(self, network: str) -> int | None:
        """Seconds until an address may do it again; None if it may do it now."""
        now = self._clock.monotonic()
        window = self._windows.get(network)
        if window is None or window.ends_at <= now or window.count < self._limit:
            return None
        return _left_s(window, now)


def _left_s(window: _Window, now: float) -> int:
    return max(1, ceil(window.ends_at - now))
