"""What the crew asks of a booth while it works."""

import asyncio


class Duty:
    """Interpret, hold for a reason, or come to an end; the crew changes it, the booth follows.

    Attributes:
        held: why nothing is to be interpreted now, a sentence; empty while it is.
        ended: the booth is to finish and leave.
        working: the booth has its lease and works; else it may leave at once.
    """

    def __init__(self) -> None:
        self.held = ""
        self.ended = False
        self.working = False
        self._changed = asyncio.Event()

    @property
    def interpreting(self) -> bool:
        """Whether the booth is to interpret."""
        return not (self.held or self.ended)

    def hold(self, reason: str) -> None:
        """Let only the floor be heard, for this reason; an empty one lifts it."""
        self.held = reason
        self._tell()

    def end(self) -> None:
        """Have the booth finish its sentence and leave."""
        self.ended = True
        self._tell()

    async def begins(self) -> None:
        """Return when the booth is to interpret, or to leave."""
        while self.held and not self.ended:
            await self._changed.wait()

    async def stops(self) -> None:
        """Return when the booth is not to interpret any more."""
        while self.interpreting:
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
