"""Spreads booths over the processes that run them, without a coordinator.

Each process reports which booths it has. All make the same plan from the reports: a booth that no
process has goes to the one with the fewest, and a process with two more than another gives one up.
Where two see things differently, the booth's lease decides.
"""

import asyncio
import json
import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import STATUS_INTERVAL_S
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

STALE_REPORT_S = 2.5
"""A process that has not reported for this long is gone. Its leases end at about the same time."""
UNCLAIMED_S = 2.0
"""A booth that its process by the plan has not taken for this long is taken by any."""
LOOK_AGAIN_S = 0.2
UNEVEN = 2
"""Processes differ by at least this many booths before one gives one up."""
SETTLED_S = 5.0
"""A booth is given up only when no booth has moved for this long."""


@dataclass(frozen=True, slots=True)
class _Report:
    booths: frozenset[str]
    heard_at: float


class BoothSpread:
    """The booths of this process and of all others.

    Args:
        bus: carries the reports; one that is not shared has no other processes.
        clock: time.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._process = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._held: set[str] = set()
        self._others: dict[str, _Report] = {}
        self._moved_at = clock.monotonic()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Report and read reports until cancelled."""
        if not self._bus.shared:
            await asyncio.get_running_loop().create_future()
        await first_of(self._report_regularly(), self._follow(), name="booths: spread")

    @contextmanager
    def holding(self, booth: str) -> Iterator[None]:
        """This process has the booth inside the context."""
        self._held.add(booth)
        self._report()
        try:
            yield
        finally:
            self._held.discard(booth)
            self._report()

    def leave(self) -> None:
        """Tell the others that this process takes no more booths."""
        self._report(leaving=True)

    async def turn(self, booth: str, wanted: Callable[[], Collection[str]]) -> None:
        """Return when this process should take the booth.

        Args:
            booth: which.
            wanted: asked for all booths that are needed now.
        """
        free_since: float | None = None
        while self._bus.shared:
            now = self._clock.monotonic()
            if any(booth in report.booths for report in self._fresh().values()):
                free_since = None
            else:
                free_since = now if free_since is None else free_since
                overdue = now - free_since > UNCLAIMED_S
                if overdue or self._planned(booth, wanted()) == self._process:
                    return
            await self._look_again()

    def surplus(self, wanted: Collection[str]) -> str | None:
        """The booth that this process should leave to another; None if it should keep all.

        Args:
            wanted: all booths that are needed now.
        """
        loads = self._loads()
        most, fewest = max(loads.values()), min(loads.values())
        first = min(process for process, load in loads.items() if load == most)
        settled = self._clock.monotonic() - self._moved_at > SETTLED_S
        if most - fewest < UNEVEN or first != self._process or not settled or self._free(wanted):
            return None
        return max(self._held)

    def _planned(self, booth: str, wanted: Collection[str]) -> str:
        """The process that should take a booth; all processes find the same one."""
        loads = self._loads()
        for free in sorted(self._free(wanted)):
            if free >= booth:
                break
            loads[_idlest(loads)] += 1
        return _idlest(loads)

    def _loads(self) -> dict[str, int]:
        others = {process: len(report.booths) for process, report in self._fresh().items()}
        return {self._process: len(self._held), **others}

    def _free(self, wanted: Collection[str]) -> set[str]:
        return set(wanted).difference(
            self._held, *(report.booths for report in self._fresh().values())
        )

    def _fresh(self) -> dict[str, _Report]:
        oldest = self._clock.monotonic() - STALE_REPORT_S
        self._others = {
            process: report for process, report in self._others.items() if report.heard_at >= oldest
        }
        return self._others

    async def _look_again(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN_S):
                await self._changed.wait()

    async def _report_regularly(self) -> None:
        while True:
            self._bus.publish(keys.BOOTH_PROCESSES, self._to_json(leaving=False))
            await self._clock.sleep(STATUS_INTERVAL_S)

    def _report(self, *, leaving: bool = False) -> None:
        self._moved_at = self._clock.monotonic()
        self._notify()
        if self._bus.shared:
            self._bus.publish(keys.BOOTH_PROCESSES, self._to_json(leaving=leaving))

    def _to_json(self, *, leaving: bool) -> bytes:
        report = {"process": self._process, "booths": sorted(self._held), "leaving": leaving}
        return json.dumps(report).encode()

    async def _follow(self) -> None:
        async with self._bus.subscribe(keys.BOOTH_PROCESSES) as reports:
            async for message in reports:
                try:
                    self._hear(json.loads(message.payload))
                except (ValueError, TypeError, KeyError):
                    log.exception("a report of a booth process cannot be read and is ignored")

    def _hear(self, report: dict[str, object]) -> None:
        process, booths = str(report["process"]), report["booths"]
        if process == self._process or not isinstance(booths, list):
            return
        before = self._others.pop(process, None)
        if not report["leaving"]:
            heard = _Report(frozenset(map(str, booths)), self._clock.monotonic())
            self._others[process] = heard
        if before is None or before.booths != set(booths) or report["leaving"]:
            self._moved_at = self._clock.monotonic()
            self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _idlest(loads: dict[str, int]) -> str:
    return min(loads, key=lambda process: (loads[process], process))
