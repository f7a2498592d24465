"""The receiver of a floor that stalls, bursts, stops and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.booths.booth import TICK_S
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.floor.receiver import FLOOR_AWAY_S, FloorReceiver
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind
from broadcaster.realtime import wire
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus, advance

FRAME = b"\x10\x10" * 480
BLOCK_FRAMES = BLOCK_SAMPLES // 480


class Floor:
    """A floor that sends frames when a test says so."""

    def __init__(self, bus: VirtualTimeBus) -> None:
        self.receiver = FloorReceiver(keys.floor_pcm("talk"), bus, LoopClock())
        self._bus = bus
        self._said = 0

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        async with (
            background_task(
                self.receiver.receive(lambda _position, _pcm: None), "receiver of the test"
            ),
            background_task(self._tick(), "ticks of the test"),
        ):
            await asyncio.sleep(0.01)
            yield

    async def _tick(self) -> None:
        while True:
            self.receiver.tick(TICK_S)
            await asyncio.sleep(TICK_S)

    async def speak(self, frames: int) -> None:
        """Send the next frames in one burst; it yields now and then, so that none is dropped."""
        for number in range(self._said, self._said + frames):
            frame = AudioFrame(Kind.PCM, number, number * 480, FRAME)
            self._bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
            if number % 100 == 99:
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        self._said += frames


def test_a_block_is_what_the_provider_calls_a_frame() -> None:
    assert wire.FRAME_SAMPLES == BLOCK_SAMPLES


async def test_a_late_floor_loses_nothing_and_the_clock_waits_for_it() -> None:
    async with VirtualTimeBus() as bus:
        floor = Floor(bus)
        async with floor.heard():
            await floor.speak(100)
            await asyncio.sleep(2.5)
            await floor.speak(125)
            assert floor.receiver.buffer.spoken == 480 * (225 - 225 % BLOCK_FRAMES)
            ahead = floor.receiver.clock.now()
            await asyncio.sleep(60.0)
            assert floor.receiver.clock.now() >= ahead


async def test_frames_sent_while_the_process_stood_still_are_heard_afterwards() -> None:
    async with VirtualTimeBus() as bus:
        floor = Floor(bus)
        async with floor.heard():
            await floor.speak(100)
            advance(3 * FLOOR_AWAY_S)
            await floor.speak(450)
            assert floor.receiver.buffer.spoken == 480 * 550


async def test_without_floor_audio_a_booth_hears_silence() -> None:
    async with VirtualTimeBus() as bus:
        floor = Floor(bus)
        async with floor.heard():
            await floor.speak(100)
            await asyncio.sleep(10.0)
            assert floor.receiver.buffer.spoken == 480 * 100
            silence_s = floor.receiver.buffer.paused_for() / CLOCK_HZ
            assert 10.0 - FLOOR_AWAY_S - 0.5 < silence_s <= 10.0 - FLOOR_AWAY_S
