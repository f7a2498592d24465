"""The floor on a language channel: in place of the interpretation, or quietly under it."""

from broadcaster.audio.fades import EDGE_SAMPLES, SoftEdges
from broadcaster.audio.loudness import Leveler
from broadcaster.audio.mix import Fader
from broadcaster.audio.pcm import Samples
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

WAITING = ms_to_samples(160)
"""Sound to collect before playing on after a gap: 60 ms for a packet, the rest for jitter."""
MOST_WAITING_SAMPLES = ms_to_samples(300)
"""When more is waiting, the oldest is dropped down to `WAITING`, so that the floor stays live."""


class FloorBed:
    """The live floor, leveled, with the fader that lets it in."""

    def __init__(self) -> None:
        self._buffer = SoftEdges()
        self._leveler = Leveler()
        self._fader = Fader()
        self._next_position = 0
        self._dry = True

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """The next floor frame, s16le mono 24 kHz; a part that was pushed before is left out."""
        expected = self._next_position
        self._next_position = max(expected, position + len(pcm) // SAMPLE_BYTES)
        if position > expected:
            self._buffer.silence(min(position - expected, WAITING))
        else:
            pcm = pcm[(expected - position) * SAMPLE_BYTES :]
        self._buffer.push(pcm)
        if self._buffer.samples > MOST_WAITING_SAMPLES:
            self._buffer.drop(self._buffer.samples - WAITING)

    def pull(self, samples: int, *, up: bool) -> tuple[Samples, Samples]:
        """The next samples of the floor and the fader's gain of each.

        Args:
            samples: how many.
            up: whether the floor should be heard; the fader moves there gradually.
        """
        if self._dry and self._buffer.samples < WAITING:
            pcm = bytes(samples * SAMPLE_BYTES)
        else:
            self._dry = self._buffer.samples < samples + EDGE_SAMPLES
            pcm = self._buffer.pull(samples)
        self._fader.up = up
        return self._leveler.level(pcm), self._fader.gains(samples)
