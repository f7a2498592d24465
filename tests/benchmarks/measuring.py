"""Several servers on the same load in the same run, alternating."""

import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.benchmarks.cpu import cpu_ns, rss_bytes, slab_bytes, waited_ns
from tests.benchmarks.load import Heard, Load, load
from tests.benchmarks.subjects import Subject

SETTLE_S = 1.0
WINDOW_S = 5.0
BUSY = 0.05
"""Share of time without the core from which on a run tells nothing about delays."""


@dataclass(slots=True)
class Measured:
    """The cost of a server with its listeners, and their measurements.

    Attributes:
        join_us: CPU time of the server per listener that joined.
        rss_kb: memory of the server per listener.
        slab_kb: memory of the kernel per listener, both ends of the connection.
        message_us: CPU time per message per listener, of each window.
        second_us: CPU time per second and listener, of each window.
        waited: share of each window in which the server could not run, because others did.
        heard: of each window.
    """

    subject: Subject
    listeners: int
    load: Load
    join_us: float = 0.0
    rss_kb: float = 0.0
    slab_kb: float = 0.0
    message_us: list[float] = field(default_factory=list)
    second_us: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    async def join(self) -> None:
        """Wait until all listeners are there, and see what that took.

        Raises:
            SystemExit: some could not join; figures of the others would mislead.
        """
        pids = self.subject.pids()
        cpu, rss, slab = cpu_ns(pids), rss_bytes(pids), slab_bytes()
        await self.load.connected()
        if failed := (await self.load.report()).failed:
            raise SystemExit(f"{failed} of {self.listeners} could not join {self.subject.name}")
        self.join_us = (cpu_ns(pids) - cpu) / 1e3 / self.listeners
        async with self.subject.ticking():
            await asyncio.sleep(SETTLE_S)
        self.rss_kb = (rss_bytes(pids) - rss) / 1024 / self.listeners
        self.slab_kb = (slab_bytes() - slab) / 1024 / self.listeners

    async def window(self, seconds: float) -> None:
        """Let messages flow, and measure."""
        async with self.subject.ticking():
            await asyncio.sleep(SETTLE_S)
            pids = self.subject.pids()
            self.load.start()
            cpu, waited = cpu_ns(pids), waited_ns(pids)
            await asyncio.sleep(seconds)
            heard = await self.load.report()
            spent_us = (cpu_ns(pids) - cpu) / 1e3
            waited_ms = (waited_ns(pids) - waited) / 1e6
        self.heard.append(heard)
        self.waited.append(waited_ms / 1e3 / heard.window_s)
        self.message_us.append(spent_us / max(heard.arrived, 1))
        self.second_us.append(spent_us / heard.window_s / self.listeners)
        print(
            f"{self.subject.name}: {self.message_us[-1]:.2f} µs per message, "
            f"waited {self.waited[-1]:.0%} of the time for its core",
            file=sys.stderr,
        )

    def ratio_to(self, other: "Measured") -> float:
        """CPU time per message in relation to another server's, median of the repetitions."""
        pairs = zip(self.message_us, other.message_us, strict=True)
        return statistics.median(own / its for own, its in pairs)


def busy(measured: Sequence[Measured]) -> str:
    """A warning to print with the figures when other programs were in the way."""
    worst = max((share for one in measured for share in one.waited), default=0.0)
    if worst < BUSY:
        return ""
    return (
        f"Other programs kept a server waiting for its core for up to {worst:.0%} of a window: "
        "read CPU times and ratios only, not spread, delay and gaps."
    )


async def alternated(
    subjects: Sequence[Subject], listeners: int, repetitions: int, window_s: float | None
) -> list[Measured]:
    """Connect the same listeners to all servers; measure one after the other, again and again.

    While one is measured the others' listeners stay connected and hear nothing.
    """
    async with AsyncExitStack() as stack:
        measured = []
        for subject in subjects:
            clients = await stack.enter_async_context(
                load(
                    *(subject.port, subject.path, listeners),
                    kind=subject.kind,
                    per_second=subject.per_second,
                    tls=subject.tls,
                )
            )
            one = Measured(subject, listeners, clients)
            await one.join()
            measured.append(one)
        for _ in range(repetitions):
            for one in measured:
                await one.window(window_s or WINDOW_S)
    return measured
