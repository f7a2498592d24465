"""A live sound on its way into a channel: without gaps, and never far behind."""

from broadcaster.audio.fades import EDGE_SAMPLES, SoftEdges
from broadcaster.model.audio import SAMPLE_BYTES


class LiveBuffer:
    """Frames by position on the event clock, drawn at the pace of the channel.

    Args:
        waiting: samples to collect before playing on after a gap.
        most_waiting: samples. When more is waiting, the oldest is dropped down to `waiting`.
    """

    def __init__(self, waiting: int, most_waiting: int) -> None:
        self._waiting = waiting
        self._most_waiting = most_waiting
        self._buffer = SoftEdges()
        self._next_position = 0
        self._dry = True

    def push_live_pcm(self, position: int, pcm: bytes) -> None:
        """The next frame, s16le mono 24 kHz; a part that was pushed before is left out."""
        expected = self._next_position
        self._next_position = max(expected, position + len(pcm) // SAMPLE_BYTES)
        if position > expected:
            self._buffer.silence(min(position - expected, self._waiting))
        else:
            pcm = pcm[(expected - position) * SAMPLE_BYTES :]
        self._buffer.push(pcm)
        if self._buffer.samples > self._most_waiting:
            self._buffer.drop(self._buffer.samples - self._waiting)

    def pull(self, samples: int) -> bytes:
        """The next samples; silence after a gap until enough is waiting."""
        if self._dry and self._buffer.samples < self._waiting:
            return bytes(samples * SAMPLE_BYTES)
        self._dry = self._buffer.samples < samples + EDGE_SAMPLES
        return self._buffer.pull(samples)
