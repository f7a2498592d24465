"""How fast newcomers are let in, so that those who listen notice nothing."""

from broadcaster.errors import Refused
from broadcaster.model.ports import Clock

RATE_PER_S = 100.0
"""Handshakes begun per second; each costs a few milliseconds of a core."""
LONGEST_WAIT_S = 5.0
"""The waiting room holds this much of the rate; who would wait longer is sent away."""


class Admission:
    """Spaces newcomers evenly; they wait their turn in order of arrival.

    What a newcomer does after its turn cannot hold up the others.
    """

    def __init__(self, clock: Clock, rate_per_s: float = RATE_PER_S) -> None:
        self._clock = clock
        self._pause_s = 1 / rate_per_s
        self._next_at = 0.0

    async def turn(self) -> None:
        """Wait for a turn.

        Raises:
            Refused: 503 `too_many_joining` with `Retry-After`.
        """
        now = self._clock.monotonic()
        wait_s = self._next_at - now
        if wait_s > LONGEST_WAIT_S:
            raise Refused(
                503,
                "too_many_joining",
                "too many listeners are joining at this moment",
                hint="Wait as long as Retry-After says, then connect again.",
                headers={"Retry-After": str(round(LONGEST_WAIT_S))},
            )
        self._next_at = max(self._next_at, now) + self._pause_s
        if wait_s > 0:
            await self._clock.sleep(wait_s)
