"""Which variants of a channel are listened to, by what the edges report."""

from collections.abc import Iterable

from broadcaster.model.ports import Clock
from broadcaster.model.status import STALE_AFTER_S, EdgeStatus


class Audience:
    """A variant is wanted while a report of the last `STALE_AFTER_S` has a listener of it.

    Args:
        channel: its own id.
        variants: what is appended to it.
        clock: time.
    """

    def __init__(self, channel: str, variants: Iterable[str], clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._wanted_until = dict.fromkeys(variants, clock.monotonic())

    def hear(self, status: EdgeStatus) -> None:
        """Take a report."""
        until = self._clock.monotonic() + STALE_AFTER_S
        for variant in self._wanted_until:
            if status.listeners.get(self._channel + variant):
                self._wanted_until[variant] = until

    def wanted(self) -> frozenset[str]:
        """The variants somebody listens to now."""
        now = self._clock.monotonic()
        return frozenset(name for name, until in self._wanted_until.items() if now < until)
