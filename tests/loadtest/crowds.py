"""A crowd that a test watches while it listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from broadcaster.loadtest.measure import measure
from broadcaster.loadtest.plan import LoadPlan, LoadProgress, Transport
from broadcaster.loadtest.report import LoadReport
from broadcaster.loadtest.target import find_target
from tests.edge.conftest import Edge
from tests.support.deadline import deadline

LISTENERS = 25


class Run:
    """The progress of a crowd in a thread, as the server's loop is this one's."""

    def __init__(self) -> None:
        self.now = LoadProgress()
        self._go_on = True

    async def until(self, reached: Callable[[LoadProgress], bool]) -> None:
        async with deadline():
            while not reached(self.now):
                await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._go_on = False

    def report_progress(self, now: LoadProgress) -> bool:
        self.now = now
        return self._go_on


@asynccontextmanager
async def crowd(
    edge: Edge,
    *channels: str,
    ramp_s: float = 0.0,
    transport: Transport = Transport.WS,
    listeners: int = LISTENERS,
    passcode: str = "",
) -> AsyncIterator[tuple[Run, "asyncio.Task[LoadReport]"]]:
    """A crowd that stays until it is stopped, or everybody was dropped."""
    link, chosen = f"{edge.url}/e/talk", channels or ("es",)
    target = await asyncio.to_thread(find_target, link, chosen, passcode=passcode)
    run, plan = Run(), LoadPlan(listeners, ramp_s, 600.0)
    measuring = asyncio.to_thread(measure, target, transport, plan, run.report_progress)
    running = asyncio.create_task(measuring, name="crowd")
    try:
        yield run, running
    finally:
        run.stop()
        await running
