"""A channel's packets without holes, for listeners that cannot be told of one."""

from broadcaster.audio.opus import SILENT_SAMPLES, silent_packet
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, opus_samples
from broadcaster.model.ports import Clock

FILL_AFTER_S = 1.0
"""Nothing for this long is silence; what comes later was meant for a time that is over."""
_SILENT_S = SILENT_SAMPLES / CLOCK_HZ
_LONGEST_HOLE = 2 * CLOCK_HZ
"""A longer hole is a jump of the event clock: the floor was away, and time was filled meanwhile."""
_REPEAT_WINDOW = 10 * CLOCK_HZ
"""How far back a frame is a late one; further back the clock began anew."""
_LATE_FOR_S = 1.0
"""Nothing but late frames for this long: the clock stood still while time was filled."""


class SteadyPackets:
    """Opus packets at the pace of time, whatever the channel does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reached_s = clock.monotonic()
        self._next: int | None = None
        self._heard_s = self._reached_s
        self._late_since_s: float | None = None

    def push(self, frame: AudioFrame) -> list[bytes]:
        """What to send for a frame: itself behind what is missing, nothing if it is too late."""
        now_s = self._clock.monotonic()
        if now_s - self._heard_s >= FILL_AFTER_S:
            self._late_since_s = None
        self._heard_s = now_s
        ahead = 0 if self._next is None else frame.position - self._next
        if -_REPEAT_WINDOW < ahead < 0:
            self._late_since_s = now_s if self._late_since_s is None else self._late_since_s
            if now_s - self._late_since_s < _LATE_FOR_S:
                return []
        samples = opus_samples(frame.payload)
        if not 0 <= ahead <= _LONGEST_HOLE:
            ahead = max(0, int((now_s - self._reached_s) * CLOCK_HZ) - samples)
        self._late_since_s = None
        self._reached_s = now_s
        self._next = frame.position + samples
        return [silent_packet()] * (ahead // SILENT_SAMPLES) + [frame.payload]

    def wait(self) -> list[bytes]:
        """Silence for the time since the last packet, once it is long enough."""
        waited_s = self._clock.monotonic() - self._reached_s
        if waited_s < FILL_AFTER_S:
            return []
        count = int(waited_s / _SILENT_S)
        self._reached_s += count * _SILENT_S
        if self._next is not None:
            self._next += count * SILENT_SAMPLES
        return [silent_packet()] * count
