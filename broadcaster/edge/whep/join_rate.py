"""Limits how fast WebRTC listeners join, so that those already there notice nothing."""

from broadcaster.errors import TooManyJoining
from broadcaster.model.ports import Clock

RATE_PER_S = 100.0
"""Handshakes begun per second; each costs a few milliseconds of a core."""
LONGEST_WAIT_S = 5.0
"""A listener that would have to wait longer is refused."""


class JoinRate:
    """Spaces new listeners evenly; they wait in order of arrival.

    What a listener does after its wait cannot hold up the others.
    """

    def __init__(self, clock: Clock, rate_per_s: float = RATE_PER_S) -> None:
        self._clock = clock
        self._pause_s = 1 / rate_per_s
        self._next_at = 0.0

    async def wait_to_join(self) -> None:
        """Wait until the next listener may join.

        Raises:
            TooManyJoining: the wait would be longer than `LONGEST_WAIT_S`.
        """
        now = self._clock.monotonic()
        wait_s = self._next_at - now
        if wait_s > LONGEST_WAIT_S:
            raise TooManyJoining
        self._next_at = max(self._next_at, now) + self._pause_s
        if wait_s > 0:
            await self._clock.sleep(wait_s)
