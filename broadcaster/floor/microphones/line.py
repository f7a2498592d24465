"""One microphone of a mix: its sound waits here for its turn, at both rates."""

import numpy as np
import numpy.typing as npt

from broadcaster.audio.fades import SoftEdges
from broadcaster.audio.level import LevelMeter
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, ms_to_samples
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestPeer
from broadcaster.webrtc.rtp_clock import RTP_HZ

WAIT_MS = 60
"""Sound waits this long, so that a packet that is late has its place."""
MOST_WAITING_MS = 300
"""When more waits, as from a clock that is too fast, it is cut back to `WAIT_MS`."""
LONGEST_MS = 2_000
"""No more waits while this process is too busy to mix; the oldest is dropped."""
_MORE = FULL_BAND_HZ // CLOCK_HZ
_RTP_PER_SAMPLE = RTP_HZ // CLOCK_HZ

Sound = npt.NDArray[np.float64]


class MicrophoneLine:
    """A microphone that is connected.

    Args:
        microphone: whose sound it is.
        peer: its connection.

    Attributes:
        meter: measures it before the mix.
        left: whether its connection has ended; its last sound may still wait.
    """

    def __init__(self, microphone: Microphone, peer: IngestPeer) -> None:
        self.microphone = microphone
        self.peer = peer
        self.meter = LevelMeter()
        self.left = False
        self._sound = SoftEdges()
        self._full_band = SoftEdges(FULL_BAND_HZ)
        self._next_rtp = 0

    def push(self, chunk: PcmChunk) -> None:
        """Take the next piece of its sound; a gap that was lost on the way stays a gap."""
        gap = (chunk.rtp_time - self._next_rtp) // _RTP_PER_SAMPLE
        samples = len(chunk.samples) // 2
        self._next_rtp = chunk.rtp_time + samples * _RTP_PER_SAMPLE
        if not self._sound.samples:
            gap = ms_to_samples(WAIT_MS)
        if 0 < gap < ms_to_samples(MOST_WAITING_MS):
            self._sound.silence(gap)
            self._full_band.silence(gap * _MORE)
        self._sound.push(chunk.samples)
        self._full_band.push(chunk.full_band)
        self._drop(self._sound.samples - ms_to_samples(LONGEST_MS))

    def cut_back(self) -> None:
        """Drop the oldest sound if too much waits although the mix is in time."""
        if self._sound.samples > ms_to_samples(MOST_WAITING_MS):
            self._drop(self._sound.samples - ms_to_samples(WAIT_MS))

    @property
    def sounds(self) -> bool:
        """Whether anything waits."""
        return self._sound.samples > 0

    def is_late(self, samples: int) -> bool:
        """Whether this many samples are on their way: it sounds, and did not end."""
        return not self.left and 0 < self._sound.samples < samples + self._sound.edge_samples

    def pull(self, samples: int) -> tuple[Sound, Sound]:
        """The next sound at 24 kHz, this many samples, and at 48 kHz; silence where none came."""
        pcm = self._sound.pull(samples)
        full_band = self._full_band.pull(samples * _MORE)
        self.meter.add(pcm)
        return _floats(pcm), _floats(full_band)

    def _drop(self, samples: int) -> None:
        if samples > 0:
            self._sound.drop(samples)
            self._full_band.drop(samples * _MORE)


def power(sound: Sound) -> float:
    """The mean square, 1 for full scale."""
    return float(np.mean(sound**2)) / FULL_SCALE**2


def _floats(pcm: bytes) -> Sound:
    return np.frombuffer(pcm, "<i2").astype(np.float64)
