"""The floor as a booth hears it: 200 ms blocks on one grid, silence where no audio arrives."""

from collections.abc import Callable

from broadcaster.audio.blocks import Blocks
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.model import keys
from broadcaster.model.audio import SAMPLE_BYTES, AudioFrame, ms_to_samples, samples_to_ms
from broadcaster.model.ports import Bus, Clock

FLOOR_AWAY_S = 3.0
"""After this long without a floor frame the booth hears silence.

The floor stage fills its own gaps sooner, so by then the floor stage or the bus is down. Frames
that are merely late are never cut off.
"""

PushFloorPcm = Callable[[int, bytes], None]
"""Takes every frame of the floor: its position, and s16le mono 24 kHz."""


class FloorReceiver:
    """Receives one event's floor.

    Attributes:
        clock: where the floor is now.
        buffer: its last minute, in blocks of `BLOCK_SAMPLES`.
    """

    def __init__(self, event: str, bus: Bus, clock: Clock) -> None:
        self._event = event
        self._bus = bus
        self._missing_s = 0.0
        self._blocks = Blocks(BLOCK_SAMPLES, aligned=True)
        self.clock = FloorClock(clock)
        self.buffer = FloorBuffer()

    def now_ms(self) -> int:
        """The position of the floor on the event clock."""
        return samples_to_ms(self.clock.now())

    async def receive(self, push_floor_pcm: PushFloorPcm) -> None:
        """Buffer the floor until cancelled, and pass every frame on as it comes."""
        async with self._bus.subscribe(keys.floor_pcm(self._event)) as floor:
            async for message in floor:
                frame = AudioFrame.from_bytes(message.payload)
                self._missing_s = 0.0
                self.clock.observe(frame.position + len(frame.payload) // SAMPLE_BYTES)
                push_floor_pcm(frame.position, frame.payload)
                for block in self._blocks.push(frame.position, frame.payload):
                    self.buffer.push_floor_block(block)

    def tick(self, elapsed_s: float) -> None:
        """Buffer silence if no floor audio has arrived for too long.

        Args:
            elapsed_s: planned time since the last tick. Real time will not do: if this process
                stood still, the floor did not, and its frames are about to arrive in a burst.
        """
        if self._missing_s > FLOOR_AWAY_S and self.clock.started:
            late = ms_to_samples(int(FLOOR_AWAY_S * 1000))
            for block in self._blocks.advance_to(self.clock.now() - late):
                self.buffer.push_floor_block(block)
        self._missing_s += elapsed_s
