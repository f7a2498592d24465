"""Fades at the edges of sound, so that it can stop and go on at any sample without a click."""

import math

import numpy as np

from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

EDGE_SAMPLES = ms_to_samples(5)
_PHASE = (np.arange(EDGE_SAMPLES) + 0.5) / EDGE_SAMPLES * (math.pi / 2)
_FADE_IN = np.sin(_PHASE) ** 2
_FADE_OUT = np.cos(_PHASE) ** 2
_EDGE_BYTES = EDGE_SAMPLES * SAMPLE_BYTES


def cross_fade(old: bytes, new: bytes) -> bytes:
    """From one sound into another over `EDGE_SAMPLES` of each, s16le mono.

    Raises:
        ValueError: one of them has another length.
    """
    before = np.frombuffer(old, dtype="<i2") * _FADE_OUT
    after = np.frombuffer(new, dtype="<i2") * _FADE_IN
    return bytes(np.rint(before + after).astype("<i2").data)


class SmoothCuts:
    """Passes sound on; after a cut the sample before it fades out while the next piece fades in.

    Args:
        channels: interleaved in the sound.
    """

    def __init__(self, channels: int = 1) -> None:
        self._channels = channels
        self._last = np.zeros(channels)
        self._before_cut = self._last
        self._faded = EDGE_SAMPLES

    def cut(self) -> None:
        """The next piece does not go on where the last one ended."""
        self._before_cut = self._last
        self._faded = 0

    def rest(self) -> None:
        """Silence comes before the next piece."""
        self._last = self._before_cut = np.zeros(self._channels)

    def push(self, pcm: bytes) -> bytes:
        """The next piece of s16le 24 kHz, as it is heard."""
        samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, self._channels)
        if not samples.size:
            return pcm
        left = min(len(samples), EDGE_SAMPLES - self._faded)
        if left:
            part = slice(self._faded, self._faded + left)
            before = self._before_cut * _FADE_OUT[part, None]
            head = np.rint(before + samples[:left] * _FADE_IN[part, None]).astype("<i2")
            samples = np.concatenate([head, samples[left:]])
            pcm = samples.tobytes()
            self._faded += left
        self._last = samples[-1].astype(float)
        return pcm


class SoftEdges:
    """A buffer of s16le mono 24 kHz that always gives as much as is asked for.

    When it is empty it gives silence. Sound after silence fades in, and sound before silence fades
    out, 5 ms each. To fade out in time, the buffer counts as empty as soon as a `pull` would leave
    less than 5 ms.
    """

    def __init__(self) -> None:
        self._ready = bytearray()
        self._sounding = False

    @property
    def samples(self) -> int:
        """Samples inside."""
        return len(self._ready) // SAMPLE_BYTES

    def push(self, pcm: bytes) -> None:
        """Append sound."""
        if pcm and not self._sounding:
            faded = min(len(pcm), _EDGE_BYTES) // SAMPLE_BYTES
            head = np.frombuffer(pcm, dtype="<i2", count=faded) * _FADE_IN[:faded]
            pcm = bytes(np.rint(head).astype("<i2").data) + pcm[faded * SAMPLE_BYTES :]
            self._sounding = True
        self._ready += pcm

    def silence(self, samples: int) -> None:
        """Append silence."""
        if self._sounding:
            faded = min(self.samples, EDGE_SAMPLES)
            start = len(self._ready) - faded * SAMPLE_BYTES
            tail = np.frombuffer(bytes(self._ready[start:]), dtype="<i2")
            tail = np.rint(tail * _FADE_OUT[EDGE_SAMPLES - faded :]).astype("<i2")
            self._ready[start:] = bytes(tail.data)
            self._sounding = False
        self._ready += bytes(samples * SAMPLE_BYTES)

    def drop(self, samples: int) -> None:
        """Take out the oldest samples, cross-faded into what follows them; 5 ms must follow."""
        following = slice(samples * SAMPLE_BYTES, samples * SAMPLE_BYTES + _EDGE_BYTES)
        joint = cross_fade(bytes(self._ready[:_EDGE_BYTES]), bytes(self._ready[following]))
        self._ready[: following.stop] = joint

    def pull(self, samples: int) -> bytes:
        """Take exactly this many samples."""
        if self.samples < samples + EDGE_SAMPLES:
            self.silence(max(0, samples - self.samples))
        out = bytes(self._ready[: samples * SAMPLE_BYTES])
        del self._ready[: samples * SAMPLE_BYTES]
        return out
