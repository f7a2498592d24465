"""What a booth hears of a floor that stalls, bursts, goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.booths.floor.receiver import FLOOR_AWAY_S, Ear
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind
from tests.support.clock import FakeClock

FRAME = b"\x10\x10" * 480
BLOCK_FRAMES = 10


class SteppedClock(FakeClock):
    """Time that passes in the steps of a test; who waits, waits for it."""

    async def sleep(self, seconds: float) -> None:
        until = self.seconds + seconds
        while self.seconds < until:
            await asyncio.sleep(0)

    async def pass_by(self, seconds: float, step_s: float = 0.02) -> None:
        """Let time pass, and everybody act in it."""
        for _ in range(round(seconds / step_s)):
            self.seconds += step_s
            for _ in range(3):
                await asyncio.sleep(0)


class Floor:
    """A floor whose frames come when a test says so."""

    def __init__(self, bus: EmbeddedBus, clock: SteppedClock) -> None:
        self.ear = Ear("talk", bus, clock)
        self._bus = bus
        self._heard = 0
        self._said = 0

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(self.ear.listen(self._count)),
            asyncio.create_task(self.ear.keep_time()),
        ]
        await asyncio.sleep(0.01)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _count(self, _position: int, _pcm: bytes) -> None:
        self._heard += 1

    async def speak(self, frames: int) -> None:
        """The next frames, all at once."""
        for number in range(self._said, self._said + frames):
            frame = AudioFrame(Kind.PCM, number, number * 480, FRAME)
            self._bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
            while self._heard <= number:
                await asyncio.sleep(0)
        self._said += frames


async def test_a_late_floor_loses_nothing_and_time_waits_for_it() -> None:
    clock = SteppedClock()
    async with EmbeddedBus(None) as bus:
        floor = Floor(bus, clock)
        async with floor.heard():
            await floor.speak(100)
            await clock.pass_by(2.5)
            await floor.speak(125)
            assert floor.ear.memory.spoken == 480 * (225 - 225 % BLOCK_FRAMES)
            ahead = floor.ear.clock.now()
            await clock.pass_by(60.0)
            assert floor.ear.clock.now() >= ahead


async def test_what_comes_while_the_process_stands_still_is_heard_afterwards() -> None:
    clock = SteppedClock()
    async with EmbeddedBus(None) as bus:
        floor = Floor(bus, clock)
        async with floor.heard():
            await floor.speak(100)
            await clock.pass_by(3 * FLOOR_AWAY_S, step_s=3 * FLOOR_AWAY_S)
            await floor.speak(450)
            assert floor.ear.memory.spoken == 480 * 550


async def test_a_floor_that_is_away_is_silent() -> None:
    clock = SteppedClock()
    async with EmbeddedBus(None) as bus:
        floor = Floor(bus, clock)
        async with floor.heard():
            await floor.speak(100)
            await clock.pass_by(10.0)
            assert floor.ear.memory.spoken == 480 * 100
            silence_s = floor.ear.memory.paused_for() / CLOCK_HZ
            assert 10.0 - FLOOR_AWAY_S - 0.5 < silence_s <= 10.0 - FLOOR_AWAY_S
