"""A receiver reads what it missed, or was said before it began, from what the bus retains."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.booths.booth import TICK_S
from broadcaster.booths.floor.receiver import FILL_S, FloorReceiver
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.errors import BusUnavailable
from broadcaster.floor.output import FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES
from broadcaster.model.ports import Retained
from tests.support.tasks import background_task
from tests.support.virtual_time import BEGIN_MS, LoopClock, VirtualTimeBus

LOUD = b"\x10\x10"
SECOND = 50


class LossyBus(VirtualTimeBus):
    """A bus that loses live messages, or is down, when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.loses = False
        self.down = False
        self._holds_back = False
        self._unsent: list[tuple[str, Retained]] = []

    def publish(self, topic: str, payload: bytes) -> None:
        if not (self.loses or self.down):
            super().publish(topic, payload)

    def retain(self, topic: str, message: Retained) -> None:
        if self._holds_back:
            self._unsent.append((topic, message))
        else:
            super().retain(topic, message)

    async def retained(self, topic: str, position: int, limit: int = 50) -> list[Retained]:
        if self.down:
            raise BusUnavailable("the bus of the test is down")
        return await super().retained(topic, position, limit)

    def go_down(self) -> None:
        """Lose live messages, and hold back what is to be retained."""
        self.down = self._holds_back = True

    def hand_on(self) -> None:
        """Retain what waited, as its process does some time after the bus is back."""
        self._holds_back = False
        for topic, message in self._unsent:
            super().retain(topic, message)

    def forget(self) -> None:
        """Lose what waited."""
        self._holds_back = False


class Heard:
    """A floor and its receiver."""

    def __init__(self, bus: EmbeddedBus, position: int = 0) -> None:
        self.receiver = FloorReceiver(keys.floor_pcm("talk"), bus, LoopClock(), live_at_ms=BEGIN_MS)
        self.output = FloorOutput(bus, "talk", OPUS_FRAME_SAMPLES)
        self._position = position

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        receive = self.receiver.receive(lambda _position, _pcm: None)
        async with (
            background_task(receive, "receiver of the test"),
            background_task(self._tick(), "ticks of the test"),
        ):
            await asyncio.sleep(0.01)
            yield

    async def speak(self, frames: int) -> None:
        """Say something at real-time rate."""
        for _ in range(frames):
            self.output.push_floor_pcm(self._position, LOUD * 480, LOUD * 960)
            self._position += 480
            await asyncio.sleep(0.02)

    def jump(self, seconds: int) -> None:
        """Let the event be paused."""
        self._position += seconds * CLOCK_HZ

    @property
    def heard(self) -> list[int]:
        """The positions of all blocks, up to the newest."""
        found, position = [], 0
        while (block := self.receiver.buffer.after(position)) is not None:
            assert block.pcm == LOUD * 4_800, "no silence, and nothing half"
            found.append(block.position)
            position = block.position + 1
        return found

    async def _tick(self) -> None:
        while True:
            self.receiver.tick(TICK_S)
            await asyncio.sleep(TICK_S)


def blocks(first_s: float, last_s: float) -> list[int]:
    return list(range(int(first_s * CLOCK_HZ), int(last_s * CLOCK_HZ), 4_800))


async def test_a_booth_hears_what_was_said_before_it_began() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        await floor.speak(10 * SECOND)
        floor.receiver.begin_at(4 * CLOCK_HZ)
        async with floor.receiving():
            assert floor.receiver.clock.now() >= 10 * CLOCK_HZ
            await floor.speak(2 * SECOND)
            await asyncio.sleep(0.5)
        assert floor.heard[-1] == blocks(0, 12)[-1]
        assert floor.heard == blocks(floor.heard[0] / CLOCK_HZ, 12)
        assert floor.heard[0] <= 4 * CLOCK_HZ


async def test_a_booth_that_begins_before_all_is_handed_on_waits_for_it() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        bus.go_down()
        await floor.speak(10 * SECOND)
        bus.down = False
        floor.receiver.begin_at(4 * CLOCK_HZ)
        async with floor.receiving():
            await asyncio.sleep(1.0)
            await floor.speak(SECOND)
            bus.hand_on()
            await floor.speak(SECOND)
            await asyncio.sleep(0.5)
        assert floor.heard[-1] == blocks(0, 12)[-1]
        assert floor.heard == blocks(floor.heard[0] / CLOCK_HZ, 12)
        assert floor.heard[0] <= 4 * CLOCK_HZ


async def test_a_booth_of_the_next_server_hears_what_a_killed_one_was_told(tmp_path: Path) -> None:
    killed = RuntimeError("the server of the test is killed")
    with pytest.raises(RuntimeError, match="killed"):
        async with VirtualTimeBus(RetainedFiles(tmp_path, LoopClock())) as bus:
            await Heard(bus).speak(10 * SECOND)
            raise killed
    await asyncio.sleep(14.0 - LoopClock().monotonic())
    async with VirtualTimeBus(RetainedFiles(tmp_path, LoopClock())) as bus:
        floor = Heard(bus, position=15 * CLOCK_HZ)
        floor.receiver.begin_at(4 * CLOCK_HZ)
        async with floor.receiving():
            now = floor.receiver.clock.now()
            assert now >= 14 * CLOCK_HZ, "the time of the outage has passed"
            await asyncio.sleep(15.0 - LoopClock().monotonic())
            await floor.speak(2 * SECOND)
            await asyncio.sleep(0.5)
        assert floor.receiver.clock.now() >= 17 * CLOCK_HZ
        assert floor.heard == [*blocks(floor.heard[0] / CLOCK_HZ, 10), *blocks(15, 17)]
        assert floor.heard[0] <= 4 * CLOCK_HZ


async def test_without_a_place_to_begin_a_booth_hears_what_comes() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        await floor.speak(10 * SECOND)
        async with floor.receiving():
            await floor.speak(2 * SECOND)
        assert floor.heard == blocks(10, 12)


@pytest.mark.parametrize("lost_frames", [1, SECOND // 2, 10 * SECOND])
async def test_what_was_lost_on_the_way_is_filled_in(lost_frames: int) -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        async with floor.receiving():
            await floor.speak(3 * SECOND)
            bus.loses = True
            await floor.speak(lost_frames)
            bus.loses = False
            await floor.speak(4 * SECOND)
            await asyncio.sleep(0.5)
        said_s = (7 * SECOND + lost_frames) / 50
        assert floor.heard == [one for one in blocks(0, said_s) if one + 4_800 <= said_s * CLOCK_HZ]


async def test_a_bus_that_is_down_is_not_taken_for_silence() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        async with floor.receiving():
            await floor.speak(3 * SECOND)
            bus.go_down()
            await floor.speak(10 * SECOND)
            bus.down = False
            await floor.speak(SECOND)
            bus.hand_on()
            await floor.speak(SECOND)
            await asyncio.sleep(0.5)
        assert floor.heard == blocks(0, 15)


async def test_a_floor_that_jumps_is_heard_from_its_new_place() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        async with floor.receiving():
            await floor.speak(3 * SECOND)
            floor.jump(20)
            await floor.speak(SECOND)
            await asyncio.sleep(0.5)
        assert floor.heard == [*blocks(0, 3), *blocks(23, 24)]


async def test_what_is_nowhere_is_given_up() -> None:
    async with LossyBus() as bus:
        floor = Heard(bus)
        async with floor.receiving():
            await floor.speak(3 * SECOND)
            bus.go_down()
            await floor.speak(4 * SECOND)
            bus.down = False
            bus.forget()
            await floor.speak(int(FILL_S + 2) * SECOND)
        assert floor.heard[: len(blocks(0, 3))] == blocks(0, 3)
        assert floor.heard[-1] > 10 * CLOCK_HZ, "it goes on"
