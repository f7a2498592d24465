"""Several processes share booths: each has its share, also when one joins, leaves or is lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from broadcaster.booths.demand.spreading import STALE_REPORT_S, BoothSpread
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus


class SharedBus(VirtualTimeBus):
    """A bus that says that other processes reach it."""

    @property
    def shared(self) -> bool:
        return True


class Machine:
    """One process: it takes every booth whose turn it is, and gives up what it has too many."""

    def __init__(self, bus: VirtualTimeBus, booths: Sequence[str]) -> None:
        self.spread = BoothSpread(bus, LoopClock())
        self.held: set[str] = set()
        self._bus = bus
        self._booths = booths
        self._given_up = asyncio.Event()
        self._surplus = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work inside the context; at its end it is gone without a word."""
        async with AsyncExitStack() as stack:
            parts = [self.spread.run(), self._look(), *map(self._work, self._booths)]
            for part in parts:
                await stack.enter_async_context(background_task(part, "machine of the test"))
            yield

    async def _work(self, booth: str) -> None:
        while True:
            await self.spread.turn(booth, lambda: self._booths)
            async with self._bus.lease(booth):
                with self.spread.holding(booth):
                    self.held.add(booth)
                    try:
                        while self._surplus != booth:
                            await asyncio.sleep(0.1)
                    finally:
                        self.held.discard(booth)
                        self._surplus = ""

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._surplus = self._surplus or self.spread.surplus(self._booths) or ""


async def until_held(machines: Sequence[Machine], *counts: int) -> None:
    """Wait until the machines have these numbers of booths, all of them different ones."""
    async with asyncio.timeout(60):  # of virtual time
        while sorted(len(one.held) for one in machines) != sorted(counts):
            await asyncio.sleep(0.1)
    assert len(set[str]().union(*(one.held for one in machines))) == sum(counts)


@pytest.mark.parametrize(
    ("booths", "counts"), [(4, (2, 2)), (5, (2, 3)), (3, (1, 1, 1)), (7, (2, 2, 3)), (1, (0, 1))]
)
async def test_booths_are_spread_evenly(booths: int, counts: tuple[int, ...]) -> None:
    names = [f"talk/{number}" for number in range(booths)]
    async with SharedBus() as bus, AsyncExitStack() as stack:
        machines = [Machine(bus, names) for _ in counts]
        for machine in machines:
            await stack.enter_async_context(machine.running())
        await until_held(machines, *counts)


async def test_a_process_that_joins_gets_its_share_and_nothing_moves_afterwards() -> None:
    names = [f"talk/{number}" for number in range(4)]
    async with SharedBus() as bus:
        first, second = Machine(bus, names), Machine(bus, names)
        async with first.running():
            await until_held([first], 4)
            async with second.running():
                await until_held([first, second], 2, 2)
                before = set(first.held)
                await asyncio.sleep(60.0)
                assert first.held == before


async def test_the_others_take_what_a_lost_process_had() -> None:
    names = [f"talk/{number}" for number in range(6)]
    async with SharedBus() as bus, AsyncExitStack() as stack:
        machines = [Machine(bus, names) for _ in range(3)]
        for machine in machines[:2]:
            await stack.enter_async_context(machine.running())
        async with machines[2].running():
            await until_held(machines, 2, 2, 2)
        await until_held(machines[:2], 3, 3)


async def test_a_process_that_leaves_is_not_waited_for() -> None:
    async with SharedBus() as bus:
        leaving, staying = BoothSpread(bus, LoopClock()), BoothSpread(bus, LoopClock())
        async with (
            background_task(leaving.run(), "leaving"),
            background_task(staying.run(), "staying"),
        ):
            await asyncio.sleep(1.5)
            with leaving.holding("talk/es"):
                leaving.leave()
                await asyncio.sleep(0.01)
            async with asyncio.timeout(STALE_REPORT_S / 2):
                await staying.turn("talk/es", lambda: ["talk/es"])


async def test_a_bus_that_is_not_shared_needs_no_turns() -> None:
    async with VirtualTimeBus() as bus:
        alone = BoothSpread(bus, LoopClock())
        async with asyncio.timeout(0.1):
            await alone.turn("talk/es", lambda: ["talk/es"])
        assert alone.surplus(["talk/es"]) is None


async def test_an_unreadable_report_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    async with SharedBus() as bus:
        machine = Machine(bus, ["talk/es"])
        async with machine.running():
            await asyncio.sleep(0.1)
            for report in (b"{", b"[]", b"{}", b'{"process": 1, "booths": 3, "leaving": false}'):
                bus.publish("booths", report)
            await until_held([machine], 1)
    assert "cannot be read and is ignored" in caplog.text
