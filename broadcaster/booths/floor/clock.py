"""The event clock inside a booth: floor frames set it, and real time carries it on."""

import asyncio

from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.ports import Clock


class FloorClock:
    """The current position of the floor on the event clock. It never runs backwards.

    Each floor frame sets it. Without frames it runs on at the rate of real time. If it has run
    ahead of the frames that come later, it stands still until they catch up.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._position = 0
        self._latest = 0
        self._seen_at: float | None = None
        self._started = asyncio.Event()

    @property
    def started(self) -> bool:
        """Whether the floor was ever heard."""
        return self._started.is_set()

    async def start(self) -> None:
        """Return once the floor was heard for the first time."""
        await self._started.wait()

    def observe(self, end_position: int) -> None:
        """A floor frame that ends at this position has just arrived."""
        self._position = end_position
        self._seen_at = self._clock.monotonic()
        self._started.set()

    def now(self) -> int:
        """Position in samples; 0 before the floor was heard."""
        if self._seen_at is None:
            return 0
        elapsed = int((self._clock.monotonic() - self._seen_at) * CLOCK_HZ)
        self._latest = max(self._latest, self._position + elapsed)
        return self._latest
