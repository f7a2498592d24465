"""What a booth hears of a floor that stalls, bursts and comes back."""

import asyncio

from broadcaster.booths.ear import FLOOR_AWAY_S, Ear
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from tests.support.clock import FakeClock

FRAME = b"\x10\x10" * 480


class HeldClock(FakeClock):
    """Time that does not pass while one waits."""

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - only the test moves it
        await asyncio.sleep(0)


async def test_a_stall_and_its_burst_lose_nothing_and_time_waits_for_the_floor() -> None:
    clock = HeldClock()
    async with EmbeddedBus(None) as bus:
        ear = Ear("talk", bus, clock)
        heard: list[int] = []
        tasks = [
            asyncio.create_task(ear.listen(lambda position, _pcm: heard.append(position))),
            asyncio.create_task(ear.keep_time()),
        ]
        await asyncio.sleep(0.01)

        async def speak(first: int, count: int) -> None:
            for number in range(first, first + count):
                frame = AudioFrame(Kind.PCM, number, number * 480, FRAME)
                bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
                while len(heard) <= number:
                    await asyncio.sleep(0)

        await speak(0, 100)
        clock.seconds += 2.5
        await asyncio.sleep(0.01)
        await speak(100, 125)
        assert ear.memory.spoken == 480 * (225 - 225 % 10)
        ahead = ear.clock.now()
        clock.seconds += 60.0
        await asyncio.sleep(0.01)
        assert ear.clock.now() >= ahead
        assert ear.memory.end <= ear.clock.now() - int(FLOOR_AWAY_S * 24_000)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
