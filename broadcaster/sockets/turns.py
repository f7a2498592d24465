"""Spreads work over the turns of the event loop, so that sound goes out in between."""

import asyncio
from collections import deque
from collections.abc import Callable

Work = Callable[[], None]


class Turns:
    """Runs short pieces of work in the order in which they come, a few in each turn of the loop.

    The owner bounds how many wait: here it is one for each open connection.

    Args:
        per_turn: pieces in one turn.
    """

    def __init__(self, per_turn: int) -> None:
        self._per_turn = per_turn
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Work] = deque()
        self._begun = 0

    def __len__(self) -> int:
        """Pieces that wait."""
        return len(self._waiting)

    def run(self, work: Work) -> bool:
        """Run a piece of work, at once if few have come in this turn.

        Returns:
            Whether it has run; otherwise it waits.
        """
        if self._waiting or self._begun >= self._per_turn:
            self._waiting.append(work)
            return False
        self._begin(work)
        return True

    def _begin(self, work: Work) -> None:
        self._begun += 1
        if self._begun == 1:
            self._loop.call_soon(self._next_turn)
        work()

    def _next_turn(self) -> None:
        self._begun = 0
        for _ in range(min(self._per_turn, len(self._waiting))):
            self._begin(self._waiting.popleft())
