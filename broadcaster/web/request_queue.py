"""Requests pass a few at a time, so that those who listen do not wait for those who ask.

One event loop serves both. A crowd that asks all at once, by thousands of connections or on purpose
without end, would fill every turn of the loop for as long as it takes to answer all of them. A hall
comes from one address, and a proxy is one, so nobody is told apart: who asks waits in line, and
sound goes out between.
"""

import asyncio
from collections import deque

PER_TURN = 4
"""Requests begun in one turn of the event loop; each takes some tenths of a millisecond."""


class Turnstile:
    """Lets callers on in order of arrival.

    Args:
        per_turn: callers in each turn of the event loop.
    """

    def __init__(self, per_turn: int = PER_TURN) -> None:
        self._per_turn = per_turn
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._begun = 0

    async def turn(self) -> None:
        """Wait for a turn; at once when few are asking."""
        if self._begun < self._per_turn and not self._waiting:
            self._begin()
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _begin(self) -> None:
        self._begun += 1
        if self._begun == 1:
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < self._per_turn:
            waiting = self._waiting.popleft()
            if not waiting.done():  # its client is gone
                waiting.set_result(None)
                self._begin()
