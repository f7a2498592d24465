"""The orders that a booth gets while it runs."""

import asyncio


class BoothOrders:
    """Whether a booth interprets, is suspended, finishes, or leaves its channel to another process.

    The supervisor calls `suspend`, `end` and `leave`. The booth waits on `begins`, `suspends`,
    `stops` and `leaves`. The supervisor's own task for the booth sets `working`.

    Attributes:
        suspended: why the booth must not interpret now, as a sentence; empty while it may.
        ended: the booth must finish its sentence and stop.
        leaving: the booth must stop at the next pause, and another process goes on.
        working: the booth has its lease and runs. Until then it can be cancelled without loss.
    """

    def __init__(self) -> None:
        self.suspended = ""
        self.ended = False
        self.leaving = False
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

    def leave(self) -> None:
        """Tell the booth to stop at the next pause, so that another process can go on."""
        self.leaving = True
        self._notify()

    async def begins(self) -> None:
        """Return when the booth must interpret or stop."""
        while self.suspended and not (self.ended or self.leaving):
            await self._changed.wait()

    async def suspends(self, *, suspended: bool) -> None:
        """Return when the booth is suspended, or is not."""
        while bool(self.suspended) is not suspended:
            await self._changed.wait()

    async def stops(self) -> None:
        """Return when the booth must not interpret any more."""
        while self.interpreting:
            await self._changed.wait()

    async def leaves(self) -> None:
        """Return when the booth must leave its channel."""
        while not self.leaving:
            await self._changed.wait()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
