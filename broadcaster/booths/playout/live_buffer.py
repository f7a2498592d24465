"""A live sound on its way into a channel: without gaps, and never far behind."""

from broadcaster.audio.fades import SoftEdges
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES


class LiveBuffer:
    """Frames by position on the event clock, drawn at the pace of the channel.

    Args:
        waiting: event-clock samples to collect before playing on after a gap.
        most_waiting: the same. When more is waiting, the oldest is dropped down to `waiting`.
        rate_hz: of the sound, a multiple of `CLOCK_HZ`.
    """

    def __init__(self, waiting: int, most_waiting: int, rate_hz: int = CLOCK_HZ) -> None:
        self._per_clock_sample = rate_hz // CLOCK_HZ
        self._waiting = waiting * self._per_clock_sample
        self._most_waiting = most_waiting * self._per_clock_sample
        self._buffer = SoftEdges(rate_hz)
        self._next_position = 0
        self._dry = True

    def push_live_pcm(self, position: int, pcm: bytes) -> None:
        """The next frame, s16le mono; a part that was pushed before is left out."""
        expected = self._next_position
        length = len(pcm) // SAMPLE_BYTES // self._per_clock_sample
        self._next_position = max(expected, position + length)
        ahead = (position - expected) * self._per_clock_sample
        if ahead > 0:
            self._buffer.silence(min(ahead, self._waiting))
        else:
            pcm = pcm[-ahead * SAMPLE_BYTES :]
        self._buffer.push(pcm)
        if self._buffer.samples > self._most_waiting:
            self._buffer.drop(self._buffer.samples - self._waiting)

    def pull(self, samples: int) -> bytes:
        """The next samples of its rate; silence after a gap until enough is waiting."""
        if self._dry and self._buffer.samples < self._waiting:
            return bytes(samples * SAMPLE_BYTES)
        self._dry = self._buffer.samples < samples + self._buffer.edge_samples
        return self._buffer.pull(samples)
