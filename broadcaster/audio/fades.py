"""Fades at the edges of sound, so that it can stop and go on at any sample without a click."""

import math

import numpy as np
import numpy.typing as npt

from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, ms_to_samples

EDGE_MS = 5
EDGE_SAMPLES = ms_to_samples(EDGE_MS)
"""Length of an edge at the rate of the event clock."""


def cross_fade(old: bytes, new: bytes) -> bytes:
    """From one sound into another, s16le mono, equally long.

    Raises:
        ValueError: they are not.
    """
    fade_in = _fade_in(len(old) // SAMPLE_BYTES)
    before = np.frombuffer(old, dtype="<i2") * fade_in[::-1]
    after = np.frombuffer(new, dtype="<i2") * fade_in
    return bytes(np.rint(before + after).astype("<i2").data)


def _fade_in(samples: int) -> npt.NDArray[np.float64]:
    """Gains that rise from 0 to 1; backwards they fade out, and both add up to 1."""
    phase = (np.arange(samples) + 0.5) / samples * (math.pi / 2)
    return np.asarray(np.sin(phase) ** 2)


_EDGE_IN = _fade_in(EDGE_SAMPLES)


_GAINS_IN = np.concatenate([_EDGE_IN, np.ones(EDGE_SAMPLES)])
_GAINS_OUT = np.concatenate([_EDGE_IN[::-1], np.zeros(EDGE_SAMPLES)])


class SmoothCuts:
    """Passes sound on; after a cut the sample before it fades out while the next piece fades in.

    Args:
        channels: interleaved in the sound.
    """

    def __init__(self, channels: int = 1) -> None:
        self._channels = channels
        self._last = np.zeros(channels)
        self._before = self._last
        self._faded_out = self._faded_in = EDGE_SAMPLES
        self._rests = False

    def cut(self) -> None:
        """The next piece does not go on where the last one ended."""
        if not self._rests:
            self._before = self._last
            self._faded_out = self._faded_in = 0

    def rest(self, samples: int) -> bytes:
        """Silence of this length comes, and more of it if this is called again.

        Returns:
            The beginning of the silence, in which the sound before it fades out.
        """
        self.cut()
        self._rests = True
        count = min(samples, EDGE_SAMPLES - self._faded_out)
        if not self._before.any():
            count = 0
        gains = _GAINS_OUT[self._faded_out : self._faded_out + count]
        self._faded_out += count
        return bytes(np.rint(self._before * gains[:, None]).astype("<i2").data)

    def push(self, pcm: bytes) -> bytes:
        """The next piece of s16le, as it is heard."""
        samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, self._channels)
        if not samples.size:
            return pcm
        self._rests = False
        left = min(len(samples), EDGE_SAMPLES - min(self._faded_in, self._faded_out))
        if left:
            fade_in = _GAINS_IN[self._faded_in : self._faded_in + left, None]
            fade_out = _GAINS_OUT[self._faded_out : self._faded_out + left, None]
            head = np.rint(self._before * fade_out + samples[:left] * fade_in).astype("<i2")
            samples = np.concatenate([head, samples[left:]])
            pcm = samples.tobytes()
            self._faded_in = min(EDGE_SAMPLES, self._faded_in + left)
            self._faded_out = min(EDGE_SAMPLES, self._faded_out + left)
        self._last = samples[-1].astype(float)
        return pcm


class SoftEdges:
    """A buffer of s16le mono that always gives as much as is asked for.

    When it is empty it gives silence. Sound after silence fades in, and sound before silence fades
    out, 5 ms each. To fade out in time, the buffer counts as empty as soon as a `pull` would leave
    less than 5 ms.

    Args:
        rate_hz: of the sound.

    Attributes:
        edge_samples: length of a fade.
    """

    def __init__(self, rate_hz: int = CLOCK_HZ) -> None:
        self.edge_samples = ms_to_samples(EDGE_MS, rate_hz)
        self._fade_in = _fade_in(self.edge_samples)
        self._ready = bytearray()
        self._sounding = False

    @property
    def samples(self) -> int:
        """Samples inside."""
        return len(self._ready) // SAMPLE_BYTES

    def push(self, pcm: bytes) -> None:
        """Append sound."""
        if pcm and not self._sounding:
            faded = min(len(pcm) // SAMPLE_BYTES, self.edge_samples)
            head = np.frombuffer(pcm, dtype="<i2", count=faded) * self._fade_in[:faded]
            pcm = bytes(np.rint(head).astype("<i2").data) + pcm[faded * SAMPLE_BYTES :]
            self._sounding = True
        self._ready += pcm

    def silence(self, samples: int) -> None:
        """Append silence."""
        if self._sounding:
            faded = min(self.samples, self.edge_samples)
            start = len(self._ready) - faded * SAMPLE_BYTES
            tail = np.frombuffer(bytes(self._ready[start:]), dtype="<i2")
            tail = np.rint(tail * self._fade_in[:faded][::-1]).astype("<i2")
            self._ready[start:] = bytes(tail.data)
            self._sounding = False
        self._ready += bytes(samples * SAMPLE_BYTES)

    def drop(self, samples: int) -> None:
        """Take out the oldest samples, cross-faded into what follows them; 5 ms must follow."""
        edge_bytes = self.edge_samples * SAMPLE_BYTES
        following = slice(samples * SAMPLE_BYTES, samples * SAMPLE_BYTES + edge_bytes)
        joint = cross_fade(bytes(self._ready[:edge_bytes]), bytes(self._ready[following]))
        self._ready[: following.stop] = joint

    def pull(self, samples: int) -> bytes:
        """Take exactly this many samples."""
        if self.samples < samples + self.edge_samples:
            self.silence(max(0, samples - self.samples))
        out = bytes(self._ready[: samples * SAMPLE_BYTES])
        del self._ready[: samples * SAMPLE_BYTES]
        return out
