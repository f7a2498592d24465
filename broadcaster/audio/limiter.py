"""Keeps true peaks under a ceiling."""

from broadcaster.audio.filter_chain import FilterChain
from broadcaster.audio.pcm import AvFrame, Samples
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, ms_to_samples

CEILING_DBTP = -3.5
"""For at most -1 dBTP at the listener: Opus at 32 kbit/s adds up to 2.2 dB (measured)."""
OVERSAMPLING = 4
"""BS.1770-5 Annex 2 finds true peaks at 4 times the rate."""
DELAY_MS = 10
"""Look-ahead plus the filters of both resamplers: a sample comes out 10 ms after it went in."""
DELAY_SAMPLES = ms_to_samples(DELAY_MS)
_ATTACK_MS = 5
_RELEASE_MS = 80


class Limiter:
    """A look-ahead true-peak limiter: libavfilter's `alimiter` at four times the rate.

    Args:
        ceiling_dbtp: no peak comes out above this, not even between two samples.
        rate_hz: of what is limited.
        to_hz: of what comes out: the same, or half of it.
    """

    def __init__(
        self,
        ceiling_dbtp: float = CEILING_DBTP,
        rate_hz: int = CLOCK_HZ,
        to_hz: int = CLOCK_HZ,
    ) -> None:
        alimiter = (
            f"limit={10 ** (ceiling_dbtp / 20):.6f}:attack={_ATTACK_MS}:release={_RELEASE_MS}"
            ":level=disabled:latency=1"
        )
        self._chain = FilterChain(
            [
                ("aresample", str(rate_hz * OVERSAMPLING)),
                ("alimiter", alimiter),
                ("aresample", str(to_hz)),
                ("aformat", "sample_fmts=s16"),
            ],
            "flt",
            rate_hz,
        )
        self._rate_hz = rate_hz
        self._to_hz = to_hz
        self._pushed = 0
        self._ready = bytearray(ms_to_samples(DELAY_MS, to_hz) * SAMPLE_BYTES)

    def limit(self, samples: Samples) -> bytes:
        """The same sound `DELAY_MS` later: s16le mono, as long as what was given."""
        if not samples.size:
            return b""
        frame = AvFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = self._rate_hz
        frame.pts = self._pushed
        self._pushed += samples.size
        for done in self._chain.push(frame):
            self._ready += bytes(done.planes[0])[: done.samples * SAMPLE_BYTES]
        wanted = samples.size * self._to_hz // self._rate_hz * SAMPLE_BYTES
        assert len(self._ready) >= wanted
        out = bytes(self._ready[:wanted])
        del self._ready[:wanted]
        return out
