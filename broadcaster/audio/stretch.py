"""Plays speech faster without a change of pitch."""

import math

import numpy as np
import numpy.typing as npt

from broadcaster.audio.filter_chain import FilterChain
from broadcaster.audio.pcm import AvFrame, to_frame
from broadcaster.model.audio import PCM_FRAME_SAMPLES, SAMPLE_BYTES, ms_to_samples

SLOWEST = 1.0
FASTEST = 1.5
"""Above this speech is hard to follow; catching up uses 1.25 by default."""
MOST_HELD = ms_to_samples(100)
"""`atempo` holds less at 24 kHz: its analysis window (43 ms), its search and one frame."""
_PIECE_BYTES = PCM_FRAME_SAMPLES * SAMPLE_BYTES
"""`atempo` hands out frames as long as those it was given, so long ones would wait inside."""
_MATCH_SAMPLES = ms_to_samples(20)
"""Sound compared to find where the original takes over: two periods of the deepest voice."""
_FADE_SAMPLES = ms_to_samples(5)
_SLACK_SAMPLES = ms_to_samples(25)
"""Largest shift of an `atempo` analysis window from its nominal place (measured)."""
_ALIKE = 0.005
"""Of places that match this closely the latest is taken: no period of a tone is repeated."""
_FADE_IN = (1 - np.cos((np.arange(_FADE_SAMPLES) + 0.5) / _FADE_SAMPLES * math.pi)) / 2


class TimeStretch:
    """Tempo 1.0 to 1.5 for one stream of s16le mono 24 kHz, through libavfilter's `atempo`.

    At tempo 1.0 nothing is touched and nothing waits. `atempo` begins with the very samples it is
    given first, so there is no join when stretching starts. A change between two tempos above 1.0
    keeps its overlap-add going. When stretching ends, its last, incomplete window can leave a kink.
    The original takes over before that, cross-faded where both have the same wave.
    """

    def __init__(self) -> None:
        self._tempo = SLOWEST
        self._chain: FilterChain | None = None
        self._applied = SLOWEST
        self._pushed = 0
        self._heard = 0
        self._held = 0.0
        self._recent = bytearray()

    @property
    def tempo(self) -> float:
        """Input seconds per output second, from the next `push` on.

        Raises:
            ValueError: set to something outside 1.0 to 1.5.
        """
        return self._tempo

    @tempo.setter
    def tempo(self, tempo: float) -> None:
        if not SLOWEST <= tempo <= FASTEST:
            raise ValueError(f"tempo {tempo} is not between {SLOWEST} and {FASTEST}")
        self._tempo = tempo

    @property
    def held(self) -> int:
        """Input samples taken and not yet played, to about 40 ms; exactly 0 at tempo 1.0."""
        return round(self._held)

    def push(self, pcm: bytes) -> bytes:
        """Add the next piece of speech; return the part that is ready."""
        if self._tempo == SLOWEST:
            return self.flush() + pcm
        chain = self._chain_at_tempo()
        out = bytearray()
        for start in range(0, len(pcm), _PIECE_BYTES):
            piece = pcm[start : start + _PIECE_BYTES]
            out += _join(chain.push(to_frame(piece, self._pushed)))
            self._pushed += len(piece) // SAMPLE_BYTES
        self._recent += pcm
        del self._recent[: -(MOST_HELD + _MATCH_SAMPLES) * SAMPLE_BYTES]
        heard = len(out) // SAMPLE_BYTES
        self._heard += heard
        taken = len(pcm) // SAMPLE_BYTES - heard * self._tempo
        self._held = min(max(0.0, self._held + taken), MOST_HELD)
        return bytes(out)

    def flush(self) -> bytes:
        """Return the rest, at the end of an utterance; the next piece starts a new one.

        An utterance so short that nothing of it has come out yet is returned unchanged.
        """
        if self._chain is None:
            return b""
        recent = bytes(self._recent)
        rest = _join(self._chain.finish())
        self._chain = None
        self._recent.clear()
        self._held = 0.0
        if not self._heard:
            return recent
        return _way_out(rest, recent, self._applied) if rest else b""

    def _chain_at_tempo(self) -> FilterChain:
        if self._chain is None:
            self._chain = FilterChain([("atempo", str(self._tempo))])
            self._pushed = self._heard = 0
        elif self._tempo != self._applied:
            self._chain.command("tempo", str(self._tempo))
        self._applied = self._tempo
        return self._chain


def _way_out(rest: bytes, recent: bytes, tempo: float) -> bytes:
    """The original from where `rest` begins in it.

    Args:
        rest: stretched sound up to the end of the utterance.
        recent: the end of the utterance as it was, longer than what `rest` was made of.
        tempo: the most that `rest` may be stretched by.
    """
    old, new = _numbers(rest), _numbers(recent)
    sought = old[:_MATCH_SAMPLES]
    first = max(0, new.size - int(old.size * tempo) - _SLACK_SAMPLES)
    last = max(first, new.size - old.size)
    searched = new[first : last + sought.size]
    likeness = np.correlate(searched, sought, "valid")
    power = np.correlate(searched**2, np.ones(sought.size), "valid")
    likeness /= np.sqrt(power + 1.0)
    best = float(likeness.max())
    alike = np.flatnonzero(likeness >= best - _ALIKE * abs(best))
    place = first + int(alike[-1])
    out = new[place:]
    fade_in = _FADE_IN[: sought.size]
    out[: fade_in.size] = out[: fade_in.size] * fade_in + sought[: fade_in.size] * (1 - fade_in)
    return bytes(np.rint(out).astype("<i2").data)


def _numbers(pcm: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64)


def _join(frames: list[AvFrame]) -> bytes:
    return b"".join(bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES] for frame in frames)
