"""Finds from the edges' reports which variants of a channel have listeners."""

from collections.abc import Iterable

from broadcaster.model.ports import Clock
from broadcaster.model.status import STALE_AFTER_S, EdgeStatus
from broadcaster.model.variant import ChannelVariant


class Audience:
    """A variant is wanted while a report of the last `STALE_AFTER_S` has a listener of it.

    Args:
        variants: those to watch.
        clock: time.
    """

    def __init__(self, variants: Iterable[ChannelVariant], clock: Clock) -> None:
        self._clock = clock
        self._wanted_until = dict.fromkeys(variants, clock.monotonic())

    def record(self, status: EdgeStatus) -> None:
        """Take a report."""
        until = self._clock.monotonic() + STALE_AFTER_S
        for variant in self._wanted_until:
            if status.listeners.get(str(variant)):
                self._wanted_until[variant] = until

    def wanted(self) -> frozenset[ChannelVariant]:
        """The variants somebody listens to now."""
        now = self._clock.monotonic()
        return frozenset(variant for variant, until in self._wanted_until.items() if now < until)
