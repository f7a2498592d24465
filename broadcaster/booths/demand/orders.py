"""The orders that a booth gets while it runs."""

import asyncio


class BoothOrders:
    """Whether a booth interprets, is suspended, or finishes.

    The supervisor calls `suspend` and `end`. The booth waits on `begins` and `stops`. The
    supervisor's own task for the booth sets `working`.

    Attributes:
        suspended: why the booth must not interpret now, as a sentence; empty while it may.
        ended: the booth must finish its sentence and stop.
        working: the booth has its lease and runs. Until then it can be cancelled without loss.
    """

    def __init__(self) -> None:
        self.suspended = ""
        self.ended = False
        self.working = False
        self._changed = asyncio.Event()

    @property
    def interpreting(self) -> bool:
        """Whether the booth must interpret now."""
        return not (self.suspended or self.ended)

    def suspend(self, reason: str) -> None:
        """Stop interpreting for this reason; an empty reason lifts the suspension."""
        self.suspended = reason
        self._notify()

    def end(self) -> None:
        """Tell the booth to finish its sentence and stop."""
        self.ended = True
        self._notify()

    async def begins(self) -> None:
        """Return when the booth must interpret or stop."""
        while self.suspended and not self.ended:
            await self._changed.wait()

    async def stops(self) -> None:
        """Return when the booth must not interpret any more."""
        while self.interpreting:
            await self._changed.wait()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
