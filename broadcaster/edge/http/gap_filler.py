"""A channel's packets without gaps, for players that cannot be told about one."""

from broadcaster.audio.opus import SILENT_SAMPLES, silent_packet
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, opus_samples
from broadcaster.model.ports import Clock

FILL_AFTER_S = 1.0
"""A gap of this length is filled with silence. A frame that belongs there is then too late."""
_SILENT_S = SILENT_SAMPLES / CLOCK_HZ
_LONGEST_GAP = 2 * CLOCK_HZ
"""A longer gap is a jump of the event clock: no floor audio came, and silence was sent instead."""
_REPEAT_WINDOW = 10 * CLOCK_HZ
"""A frame up to this far back is late. Further back, the clock has restarted."""
_LATE_FOR_S = 1.0
"""Only late frames for this long: the event clock stood still while silence was sent."""


class GapFiller:
    """Gives out Opus packets in real time, whatever the channel does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reached_s = clock.monotonic()
        self._next: int | None = None
        self._heard_s = self._reached_s
        self._late_since_s: float | None = None

    def push(self, frame: AudioFrame) -> list[bytes]:
        """The packets to send for a frame: silence for what is missing, then the frame's own.

        Empty when the frame is too late.
        """
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
        if not 0 <= ahead <= _LONGEST_GAP:
            ahead = max(0, int((now_s - self._reached_s) * CLOCK_HZ) - samples)
        self._late_since_s = None
        self._reached_s = now_s
        self._next = frame.position + samples
        return [silent_packet()] * (ahead // SILENT_SAMPLES) + [frame.payload]

    def fill(self) -> list[bytes]:
        """Silence for the time since the last packet, once that is `FILL_AFTER_S`."""
        waited_s = self._clock.monotonic() - self._reached_s
        if waited_s < FILL_AFTER_S:
            return []
        count = int(waited_s / _SILENT_S)
        self._reached_s += count * _SILENT_S
        if self._next is not None:
            self._next += count * SILENT_SAMPLES
        return [silent_packet()] * count
