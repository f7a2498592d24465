"""How a booth hears the floor: in blocks on one grid, silence where nothing comes."""

from collections.abc import Callable

from broadcaster.audio.blocks import Blocks
from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.model import keys
from broadcaster.model.audio import SAMPLE_BYTES, AudioFrame, ms_to_samples, samples_to_ms
from broadcaster.model.ports import Bus, Clock
from broadcaster.realtime.wire import FRAME_SAMPLES

FLOOR_AWAY_S = 3.0
"""Without floor frames for this long silence is heard. The floor itself fills its gaps sooner, so
this is a floor or a bus that is away; frames that are merely late are never cut off."""
_TICK_S = 0.1

FloorFrame = Callable[[int, bytes], None]
"""Takes every frame of the floor: its position and s16le mono 24 kHz."""


class Ear:
    """Listens to one event's floor.

    Attributes:
        clock: where the floor is now.
        memory: its last seconds, in 200 ms blocks.
    """

    def __init__(self, event: str, bus: Bus, clock: Clock) -> None:
        self._event = event
        self._bus = bus
        self._time = clock
        self._away_s = 0.0
        self._blocks = Blocks(FRAME_SAMPLES, aligned=True)
        self.clock = FloorClock(clock)
        self.memory = FloorMemory()

    def now_ms(self) -> int:
        """Where the floor is on the event clock."""
        return samples_to_ms(self.clock.now())

    async def listen(self, frame_heard: FloorFrame) -> None:
        """Remember the floor until cancelled; hands every frame on as it comes."""
        async with self._bus.subscribe(keys.floor_pcm(self._event)) as floor:
            async for message in floor:
                frame = AudioFrame.from_bytes(message.payload)
                self._away_s = 0.0
                self.clock.observe(frame.position + len(frame.payload) // SAMPLE_BYTES)
                frame_heard(frame.position, frame.payload)
                for block in self._blocks.push(frame.position, frame.payload):
                    self.memory.push(block)

    async def keep_time(self) -> None:
        """Hear silence while the floor is away, until cancelled.

        Its absence is counted in ticks: when this process stood still, the floor did not, and comes
        in a burst.
        """
        late = ms_to_samples(int(FLOOR_AWAY_S * 1000))
        while True:
            if self._away_s > FLOOR_AWAY_S and self.clock.started:
                for block in self._blocks.advance_to(self.clock.now() - late):
                    self.memory.push(block)
            await self._time.sleep(_TICK_S)
            self._away_s += _TICK_S
