"""Time that stands still until a test moves it on."""

import asyncio

from tests.support.clock import FakeClock


class SteppedClock(FakeClock):
    """A sleeper wakes when the test has advanced the time far enough."""

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move the time on, and let every sleeper that is due run until it sleeps again."""
        while not self._sleepers:
            await asyncio.sleep(0)
        self.seconds += seconds
        due = [woken for at, woken in self._sleepers if at <= self.seconds]
        self._sleepers = [each for each in self._sleepers if each[0] > self.seconds]
        for woken in due:
            if not woken.done():
                woken.set_result(None)
