"""The floor on a language channel: in place of the interpretation, or quietly under it."""

from broadcaster.audio.loudness import Leveler
from broadcaster.audio.mix import Fader
from broadcaster.audio.pcm import Samples
from broadcaster.booths.playout.live_buffer import LiveBuffer
from broadcaster.model.audio import ms_to_samples

WAITING = ms_to_samples(160)
"""Sound to collect before playing on after a gap: 60 ms for a packet, the rest for jitter."""
MOST_WAITING_SAMPLES = ms_to_samples(300)
"""When more is waiting, the oldest is dropped down to `WAITING`, so that the floor stays live."""


class FloorBed:
    """The live floor, leveled, with the fader that lets it in."""

    def __init__(self) -> None:
        self._buffer = LiveBuffer(WAITING, MOST_WAITING_SAMPLES)
        self._leveler = Leveler()
        self._fader = Fader()

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """The next floor frame, s16le mono 24 kHz; a part that was pushed before is left out."""
        self._buffer.push_live_pcm(position, pcm)

    def pull(self, samples: int, *, up: bool) -> tuple[Samples, Samples]:
        """The next samples of the floor and the fader's gain of each.

        Args:
            samples: how many.
            up: whether the floor should be heard; the fader moves there gradually.
        """
        self._fader.up = up
        return self._leveler.level(self._buffer.pull(samples)), self._fader.gains(samples)
