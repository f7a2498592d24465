"""Changes the rate of one continuous sound: engines have 24 kHz, people 48 kHz."""

import numpy as np

from broadcaster.audio.filter_chain import FilterChain
from broadcaster.audio.pcm import AvFrame, Samples
from broadcaster.model.audio import ms_to_samples

DELAY_MS = 2
"""A sample comes out this much later than it went in: longer than the filters of FFmpeg."""
DELAY_SAMPLES = ms_to_samples(DELAY_MS)


class RateChange:
    """Gives for each piece one of the same length in time, `DELAY_MS` later.

    Args:
        from_hz: rate of what is given.
        to_hz: rate of what comes out, half or twice the other.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._from_hz = from_hz
        self._to_hz = to_hz
        self._chain = FilterChain([("aresample", str(to_hz))], "flt", from_hz)
        self._pushed = 0
        self._ready: Samples = np.zeros(ms_to_samples(DELAY_MS, to_hz), np.float32)

    def change(self, samples: Samples) -> Samples:
        """The next piece; one that halves the rate must have an even number of samples."""
        frame = AvFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = self._from_hz
        frame.pts = self._pushed
        self._pushed += samples.size
        done = [out.to_ndarray().reshape(-1) for out in self._chain.push(frame)]
        ready = np.concatenate((self._ready, *done), dtype=np.float32)
        wanted = samples.size * self._to_hz // self._from_hz
        assert ready.size >= wanted
        self._ready = ready[wanted:]
        return ready[:wanted]
