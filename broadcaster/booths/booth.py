"""One booth: floor PCM to its interpreter, interpreted sound and captions to its channel."""

import asyncio
import logging

from broadcaster.audio.blocks import Blocks
from broadcaster.booths.captions import CaptionWriter
from broadcaster.booths.channel_output import ChannelOutput
from broadcaster.booths.floor_clock import FloorClock
from broadcaster.booths.floor_memory import FloorMemory
from broadcaster.booths.interpretation import Interpretation
from broadcaster.booths.playout import Playout
from broadcaster.booths.session import Connect
from broadcaster.model import keys
from broadcaster.model.audio import (
    CLOCK_HZ,
    SAMPLE_BYTES,
    AudioFrame,
    ms_to_samples,
    samples_to_ms,
)
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    status_to_json,
)
from broadcaster.realtime.wire import FRAME_SAMPLES
from broadcaster.tasks import first_of

log = logging.getLogger("broadcaster.booths")

FLOOR_LATE_S = 0.5
"""Without floor frames for this long the interpreter is fed silence."""
_TICK_S = 0.1


class Booth:
    """Interprets one event's floor into one language until cancelled.

    Its failures stay its own: whatever happens to the session, the booth goes through
    `BOOTH_TRANSITIONS` and says why.

    Args:
        event: id of the event.
        language: BCP 47 tag, id of the channel it fills.
        bus: where the floor comes from and the channel goes.
        connect: opens sessions.
        clock: time.
    """

    def __init__(self, event: str, language: str, bus: Bus, connect: Connect, clock: Clock) -> None:
        self._event = event
        self._language = language
        self._bus = bus
        self._clock = clock
        self._floor_clock = FloorClock(clock)
        self._blocks = Blocks(FRAME_SAMPLES, aligned=True)
        self._memory = FloorMemory()
        self._playout = Playout()
        self._captions = CaptionWriter(event, language, bus)
        self._interpretation = Interpretation(
            language, connect, self._memory, self, self._move, clock
        )
        self._state = BoothState.IDLE
        self._reason = ""

    async def run(self) -> None:
        """Interpret until cancelled, then let the interpreter finish its sentence."""
        output = ChannelOutput(self._event, self._language, self._bus, self._clock)
        name = f"booth:{self._event}:{self._language}"
        writing = asyncio.create_task(self._captions.run(), name=f"{name}/captions")
        try:
            await first_of(
                self._hear(),
                self._interpretation.run(),
                output.run(self._playout, self._floor_clock),
                self._tick(),
                name=name,
            )
        finally:
            self._captions.end(self._now_ms())
            await self._captions.finish()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    def sound(self, pcm: bytes, source_position: int) -> None:
        """See `interpretation.Sink`."""
        self._playout.push(pcm, source_position)

    def text(self, text: str) -> None:
        """See `interpretation.Sink`."""
        self._captions.push(text, self._now_ms())

    def join(self) -> None:
        """See `interpretation.Sink`."""
        self._captions.join()

    async def _hear(self) -> None:
        """Remember the floor, for the interpreter's sessions to be fed from."""
        async with self._bus.subscribe(keys.floor_pcm(self._event)) as floor:
            async for message in floor:
                frame = AudioFrame.from_bytes(message.payload)
                self._floor_clock.observe(frame.position + len(frame.payload) // SAMPLE_BYTES)
                for block in self._blocks.push(frame.position, frame.payload):
                    self._memory.push(block)

    async def _tick(self) -> None:
        """Hear silence while the floor is away, end quiet captions, report once a second."""
        late = ms_to_samples(int(FLOOR_LATE_S * 1000))
        next_status = self._clock.monotonic()
        while True:
            if self._floor_clock.started:
                for block in self._blocks.advance_to(self._floor_clock.now() - late):
                    self._memory.push(block)
                self._captions.tick(self._now_ms())
            if self._clock.monotonic() >= next_status:
                next_status += STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _now_ms(self) -> int:
        return samples_to_ms(self._floor_clock.now())

    def _move(self, state: BoothState, reason: str = "") -> None:
        assert state in BOOTH_TRANSITIONS[self._state], f"{self._state} → {state}"
        self._state, self._reason = state, reason
        self._publish_status()

    def _publish_status(self) -> None:
        lag = self._playout.lag
        status = BoothStatus(
            channel=self._language,
            state=self._state,
            reason=self._reason,
            lag_ms=None if lag is None else samples_to_ms(lag),
            queue_ms=samples_to_ms(self._playout.queued),
            sent_ms=self._interpretation.fed_blocks * FRAME_SAMPLES * 1000 // CLOCK_HZ,
            sessions=self._interpretation.sessions,
            dropped_ms=samples_to_ms(self._playout.dropped),
        )
        self._bus.publish(keys.status(self._event), status_to_json(status))
