"""A crowd that a test watches while it listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from broadcaster.loadtest.measure import Transport, measure
from broadcaster.loadtest.plan import Course, Progress
from broadcaster.loadtest.report import Report
from broadcaster.loadtest.target import Target, find
from tests.edge.conftest import Edge

LISTENERS = 25
DEADLINE_S = 60.0


class Run:
    """A crowd in a thread, as the server's loop is this one's."""

    def __init__(self, target: Target, transport: Transport, course: Course) -> None:
        self.now = Progress()
        self._go_on = True
        self._target = target
        self._transport = transport
        self._course = course

    async def until(self, reached: Callable[[Progress], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not reached(self.now):
                await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._go_on = False

    async def report(self) -> Report:
        return await asyncio.to_thread(
            measure, self._target, self._transport, self._course, self._tell
        )

    def _tell(self, now: Progress) -> bool:
        self.now = now
        return self._go_on


@asynccontextmanager
async def crowd(
    edge: Edge,
    *channels: str,
    ramp_s: float = 0.0,
    transport: Transport = Transport.WS,
    listeners: int = LISTENERS,
) -> AsyncIterator[tuple[Run, "asyncio.Task[Report]"]]:
    """A crowd that stays until it is stopped, or everybody was dropped."""
    target = await asyncio.to_thread(find, f"{edge.url}/e/talk", channels or ("es",))
    run = Run(target, transport, Course(listeners, ramp_s, 600.0))
    running = asyncio.create_task(run.report(), name="crowd")
    try:
        yield run, running
    finally:
        run.stop()
        await running
