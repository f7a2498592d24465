"""A channel's playout clock: one Opus packet every 60 ms, encoded once for everybody."""

from broadcaster.audio.opus import OpusEncoder
from broadcaster.booths.floor_clock import FloorClock
from broadcaster.booths.playout import Playout
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.ports import Bus, Clock

_FRAME_S = OPUS_FRAME_SAMPLES / CLOCK_HZ
_LATE_S = 0.5
"""A clock that fell behind by more (a machine that slept) starts anew instead of hurrying."""


class ChannelOutput:
    """Publishes one channel's sound at real-time rate."""

    def __init__(self, event: str, channel: str, bus: Bus, clock: Clock) -> None:
        self._topic = keys.opus(event, channel)
        self._bus = bus
        self._clock = clock
        self._encoder = OpusEncoder()
        self._sequence = 0
        self._position = 0

    async def run(self, playout: Playout, floor_clock: FloorClock) -> None:
        """Play out from the moment the floor is heard until cancelled."""
        while not floor_clock.started:
            await self._clock.sleep(_FRAME_S)
        due = self._clock.monotonic()
        while True:
            await self._clock.sleep(due - self._clock.monotonic())
            now = self._clock.monotonic()
            if now - due > _LATE_S:
                due = now
            due += _FRAME_S
            floor_now = floor_clock.now()
            self._publish(playout.pull(OPUS_FRAME_SAMPLES, floor_now), floor_now)

    def _publish(self, pcm: bytes, floor_now: int) -> None:
        drift_limit = int(_LATE_S * CLOCK_HZ)
        if not 0 <= floor_now - self._position <= drift_limit:
            self._position = max(self._position, floor_now)
        packet = self._encoder.encode(pcm)
        frame = AudioFrame(Kind.OPUS, self._sequence, self._position, packet)
        self._bus.publish(self._topic, frame.to_bytes())
        self._sequence += 1
        self._position += OPUS_FRAME_SAMPLES
