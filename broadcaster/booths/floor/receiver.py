"""The floor as a booth hears it: 200 ms blocks on one grid, silence where no audio arrives.

Frames come live, and the bus retains the last minute of them. What was said before the booth began,
or was lost on the way, is read from there.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, KEPT_S, FloorBuffer
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.booths.floor.shared_blocks import SharedBlocks
from broadcaster.errors import BusUnavailable
from broadcaster.model.audio import (
    PCM_FRAME_SAMPLES,
    RETAINED_SAMPLES,
    SAMPLE_BYTES,
    AudioFrame,
    ms_to_samples,
    samples_to_ms,
    wall_position,
)
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

FLOOR_AWAY_S = 3.0
"""After this long without a floor frame the booth hears silence.

The floor stage fills its own gaps sooner, so by then the floor stage is down. While the bus is down
the booth waits: the floor stage keeps what is said. Frames that are merely late are never cut off.
"""
ASK_AFTER_S = 1.0
"""After this long without a frame the booth asks the bus, which tells whether that is down."""
FILL_S = 5.0
"""The booth waits this long for missing sound that the floor stage may still hand on."""
POLL_S = 0.1
_MOST_WAITING_FRAMES = KEPT_S * 50

PushFloorPcm = Callable[[int, bytes], None]
"""Takes every frame of the floor: its position, and s16le mono 24 kHz."""


class FloorReceiver:
    """Receives one event's floor, or another sound on its clock.

    Args:
        topic: of the sound, with what the bus retains of it.
        bus: where its sound comes from.
        clock: time.
        shared: what the booths of this process keep; None if this is the only one.
        live_at_ms: Unix time when the event went live, if it is known.
        away_s: after this long without a frame silence is heard.

    Attributes:
        clock: where the floor is now.
        buffer: its last minute, in blocks of `BLOCK_SAMPLES`.
    """

    def __init__(
        self,
        topic: str,
        bus: Bus,
        clock: Clock,
        shared: SharedBlocks | None = None,
        live_at_ms: int | None = None,
        away_s: float = FLOOR_AWAY_S,
    ) -> None:
        self._away_s = away_s
        self._topic = topic
        self._bus = bus
        self._time = clock
        self._live_at_ms = live_at_ms
        self._missing_s = 0.0
        self._blocks = Blocks(BLOCK_SAMPLES, aligned=True)
        self._shared = SharedBlocks() if shared is None else shared
        self._begin_at: int | None = None
        self._waiting: deque[AudioFrame] = deque(maxlen=_MOST_WAITING_FRAMES)
        """Live frames that wait until what came before them is filled in; the oldest are lost."""
        self._filling = False
        self._incomplete = asyncio.Event()
        self.clock = FloorClock(clock)
        self.buffer = FloorBuffer()

    def now_ms(self) -> int:
        """The position of the floor on the event clock."""
        return samples_to_ms(self.clock.now())

    def begin_at(self, position: int) -> None:
        """Hear the floor from this position on, as far as the bus retains it."""
        self._begin_at = position - 2 * RETAINED_SAMPLES
        self._incomplete.set()

    async def receive(self, push_floor_pcm: PushFloorPcm) -> None:
        """Buffer the floor until cancelled, and pass every live frame on as it comes."""
        async with self._bus.subscribe(self._topic) as floor:
            await first_of(
                self._receive_live(floor, push_floor_pcm),
                self._fill_gaps(),
                self._ask_when_silent(),
                name=f"floor of a booth: {self._topic}",
            )

    def tick(self, elapsed_s: float) -> None:
        """Buffer silence if no floor audio has arrived for too long.

        Args:
            elapsed_s: planned time since the last tick. Real time will not do: if this process
                stood still, the floor did not, and its frames are about to arrive in a burst.
        """
        if self._missing_s > self._away_s and self.clock.started and not self._filling:
            late = ms_to_samples(int(self._away_s * 1000))
            self._keep(self._blocks.advance_to(self.clock.now() - late))
        self._missing_s += elapsed_s

    async def _receive_live(self, floor: Subscription, push_floor_pcm: PushFloorPcm) -> None:
        async for message in floor:
            frame = AudioFrame.from_bytes(message.payload)
            self._missing_s = 0.0
            self.clock.observe(frame.position + len(frame.payload) // SAMPLE_BYTES)
            push_floor_pcm(frame.position, frame.payload)
            self._waiting.append(frame)
            if not self._filling:
                self._buffer_waiting()

    def _buffer_waiting(self) -> None:
        """Buffer the live frames, up to the first gap that can be filled."""
        while self._waiting:
            frame, expected = self._waiting[0], self._expected
            if frame.retained and expected is not None and frame.position > expected:
                self._filling = True
                self._incomplete.set()
                return
            self._waiting.popleft()
            self._buffer(frame.position, frame.payload)

    @property
    def _expected(self) -> int | None:
        """The position that is to be buffered next; None before the first, if any will do."""
        begun = self._blocks.next_position
        return self._begin_at if begun is None else begun

    def _buffer(self, position: int, pcm: bytes) -> None:
        self._keep(self._blocks.push(position, pcm))

    def _keep(self, blocks: list[Block]) -> None:
        for block in blocks:
            self.buffer.push_floor_block(self._shared.shared(self._topic, block))

    async def _fill_gaps(self) -> None:
        while True:
            await self._incomplete.wait()
            self._incomplete.clear()
            self._filling = True
            await self._fill()
            self._filling = False
            if self._waiting:  # what is still missing is lost
                self._begin_at = None
                frame = self._waiting.popleft()
                self._buffer(frame.position, frame.payload)
            self._buffer_waiting()

    async def _fill(self) -> None:
        """Buffer what is retained, up to the first waiting frame.

        A bus that was down may know nothing yet. So without a waiting frame nothing is given up.
        """
        deadline = self._time.monotonic() + FILL_S
        while self._time.monotonic() < deadline:
            try:
                await self._buffer_retained()
            except BusUnavailable as error:
                log.warning("cannot read what was said before: %s", error.message)
            if not self._waiting:
                return
            missing = self._waiting[0].position - (self._expected or 0)
            if missing <= 0:
                return
            await self._time.sleep(POLL_S)
        lost_ms = samples_to_ms(self._waiting[0].position - (self._expected or 0))
        log.warning("%d ms of the floor were lost on the way, or the event was paused", lost_ms)

    async def _buffer_retained(self) -> None:
        """Buffer all that is retained after what is buffered.

        Raises:
            BusUnavailable: the bus does not answer.
        """
        while (expected := self._expected) is not None:
            # The message that holds the expected sample may begin before it.
            after = max(0, expected - RETAINED_SAMPLES + PCM_FRAME_SAMPLES)
            messages = await self._bus.retained(self._topic, after)
            for message in messages:
                self._buffer(message.position, message.payload)
            if self._expected in {None, expected}:
                break
        if not self.clock.started and (end := self._blocks.next_position) is not None:
            self.clock.observe(max(end, self._now_by_wall()))

    def _now_by_wall(self) -> int:
        """Where the floor should be: its process may have been gone since it retained anything."""
        if self._live_at_ms is None:
            return 0
        return wall_position(self._live_at_ms, self._time.now_ms())

    async def _ask_when_silent(self) -> None:
        """Find out whether the bus is down, and what was said, while no frame comes."""
        while True:
            await self._time.sleep(ASK_AFTER_S)
            if self._missing_s < ASK_AFTER_S or self._filling:
                continue
            self._filling = True
            try:
                await self._buffer_retained()
            except BusUnavailable:
                self._missing_s = 0.0
            self._filling = False
            self._buffer_waiting()
