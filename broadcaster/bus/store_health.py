"""Remembers whether the store works, the same for both buses, and logs when that changes.

The store is probed from time to time, so that its state is known before somebody needs it.
"""

import logging
from contextlib import suppress

from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.store import StoreStatus

_log = logging.getLogger(__name__)

PROBE_INTERVAL_S = 5.0
"""Pause between two probes of the store."""
LATELY_S = 20.0
"""The last probe that went through may be this old; three may fail to come back."""


class StoreHealth:
    """The newest finding about one store.

    Args:
        clock: time.

    Attributes:
        errors: failures so far.
        fault: the failure since the last probe that went through, if there was one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._good_at_s: float | None = None
        self._told: set[str] = set()
        self.errors = 0
        self.fault: BusUnavailable | None = None

    def works(self) -> None:
        """A write and a read went through."""
        if self.fault is not None:
            _log.warning("the store works again")
        self.fault = None
        self._told.clear()
        self._good_at_s = self._clock.monotonic()

    def fails(self, error: BusUnavailable) -> None:
        """A write or a read failed; the log has each reason once until the store works again."""
        self.errors += 1
        if error.message not in self._told:
            self._told.add(error.message)
            _log.error("the store fails: %s", error.advice())
        self.fault = error

    def status(
        self, *, waiting: int = 0, lost: int = 0, free_bytes: int | None = None
    ) -> StoreStatus:
        """The finding with the figures that a bus adds; see `StoreStatus`."""
        fault = self.fault or self._silence()
        return StoreStatus(
            ready=fault is None,
            message=fault.message if fault else "",
            hint=fault.hint if fault else "",
            errors=self.errors,
            waiting=waiting,
            lost=lost,
            free_bytes=free_bytes,
        )

    def _silence(self) -> BusUnavailable | None:
        """The fault of a store that has not been heard of lately."""
        good_at_s = self._good_at_s
        if good_at_s is not None and self._clock.monotonic() - good_at_s <= LATELY_S:
            return None
        return BusUnavailable(
            "the store has not answered lately",
            hint="Wait some seconds. If it stays so, look for a disk or network that hangs.",
        )


async def keep_probing(bus: Bus, clock: Clock) -> None:
    """Probe every `PROBE_INTERVAL_S` until cancelled; `Bus.store_status` has the result."""
    while True:
        with suppress(BusUnavailable):
            await bus.probe()
        await clock.sleep(PROBE_INTERVAL_S)
