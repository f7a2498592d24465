"""Pauses between attempts that grow until one works."""

import asyncio
import random
from collections.abc import Awaitable, Callable

_SPREAD = random.SystemRandom()


class Backoff:
    """Pauses that double up to a limit, each shortened at random by up to half.

    The spread keeps many processes, or many booths, from coming back to a restarted server at the
    same moment.

    Args:
        first_s: longest first pause.
        longest_s: longest pause at all.
        sleep: waits for some seconds; a `Clock`'s, where one is at hand.
    """

    def __init__(
        self,
        first_s: float = 0.05,
        longest_s: float = 2.0,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Seconds to pause before the next attempt."""
        pause_s = self._next_s
        self._next_s = min(pause_s * 2, self._longest_s)
        return pause_s * _SPREAD.uniform(0.5, 1.0)

    async def wait(self) -> None:
        """Pause before the next attempt."""
        await self._sleep(self.next_s())

    def reset(self) -> None:
        """An attempt worked: start from the first pause again."""
        self._next_s = self._first_s
