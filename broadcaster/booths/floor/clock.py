"""The event clock as a booth sees it: floor frames set it, real time carries it on."""

from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.ports import Clock


class FloorClock:
    """Position of the floor now; it never runs backwards.

    While frames come they set it; without them it goes on at the rate of real time, and waits for a
    floor that it has overtaken.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._position = 0
        self._latest = 0
        self._seen_at: float | None = None

    @property
    def started(self) -> bool:
        """Whether the floor was ever heard."""
        return self._seen_at is not None

    def observe(self, end_position: int) -> None:
        """A floor frame that ends at this position has just come."""
        self._position = end_position
        self._seen_at = self._clock.monotonic()

    def now(self) -> int:
        """Position in samples of the event clock; 0 before the floor was heard."""
        if self._seen_at is None:
            return 0
        elapsed = int((self._clock.monotonic() - self._seen_at) * CLOCK_HZ)
        self._latest = max(self._latest, self._position + elapsed)
        return self._latest
