"""Shortens long pauses inside queued speech, to catch up without touching a word."""

import math
from dataclasses import dataclass

import numpy as np

from broadcaster.audio.level import VOICE_PAUSE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples

_FRAME_MS = 5
_FRAME_SAMPLES = ms_to_samples(_FRAME_MS)
_FRAME_BYTES = _FRAME_SAMPLES * SAMPLE_BYTES
_PHASE = (np.arange(_FRAME_SAMPLES) + 0.5) / _FRAME_SAMPLES * math.pi / 2
_FADE_OUT, _FADE_IN = np.cos(_PHASE), np.sin(_PHASE)


@dataclass(frozen=True, slots=True)
class PauseLimits:
    """Pauses longer than `limit_ms` become `keep_ms` long; both are rounded down to 5 ms.

    Raises:
        ValueError: `keep_ms` is under 20 or not below `limit_ms`.
    """

    limit_ms: int = 300
    keep_ms: int = 160

    def __post_init__(self) -> None:
        if not 4 * _FRAME_MS <= self.keep_ms < self.limit_ms:
            raise ValueError(
                f"pauses over {self.limit_ms} ms cannot be kept at {self.keep_ms} ms:"
                " 20 <= keep_ms < limit_ms"
            )


class PauseShortener:
    """Shortens the pauses of one stream of s16le mono 24 kHz, given in pieces of any length.

    Silence is taken out of the middle of a pause and its two sides are cross-faded for 5 ms, so
    the end of a word and the breath before the next stay whole. Speech is delayed by up to 5 ms;
    silence is held until the pause is known to be short or long, which costs nothing when it is
    drawn from a queue.

    Args:
        limits: which pauses are too long, and what stays of them.
        silence_dbfs: RMS of 5 ms below which sound is silence.
    """

    def __init__(
        self, limits: PauseLimits | None = None, silence_dbfs: float = VOICE_PAUSE_DBFS
    ) -> None:
        limits = limits or PauseLimits()
        keep = limits.keep_ms // _FRAME_MS
        self._limit = limits.limit_ms // _FRAME_MS
        self._head = keep // 2
        self._tail = keep - self._head
        self._silence_power = _FRAME_SAMPLES * (FULL_SCALE * 10 ** (silence_dbfs / 20)) ** 2
        self._rest = bytearray()
        self._run = 0
        self._waiting: list[bytes] = []
        self.active = True
        """While False everything passes untouched and at once."""
        self.removed = 0
        """Samples of silence taken out so far."""

    @property
    def held(self) -> int:
        """Samples waiting inside."""
        return (len(self._rest) + _FRAME_BYTES * len(self._waiting)) // SAMPLE_BYTES

    def push(self, pcm: bytes) -> bytes:
        """Add the next piece of speech; return the part that is decided."""
        if not self.active:
            return self.flush() + pcm
        self._rest += pcm
        whole = len(self._rest) // _FRAME_BYTES * _FRAME_BYTES
        frames = bytes(self._rest[:whole])
        del self._rest[:whole]
        samples = np.frombuffer(frames, dtype="<i2").reshape(-1, _FRAME_SAMPLES).astype(np.float64)
        silent = np.einsum("fs,fs->f", samples, samples) < self._silence_power
        out = bytearray()
        for index, is_silent in enumerate(silent.tolist()):
            frame = frames[index * _FRAME_BYTES : (index + 1) * _FRAME_BYTES]
            if not is_silent:
                out += self._end_pause() + frame
            elif self._run < self._head:
                out += frame
                self._run += 1
            else:
                self._wait(frame)
        return bytes(out)

    def flush(self) -> bytes:
        """Return the held rest at the end of an utterance. A pause at its end is shortened too."""
        out = self._end_pause() + bytes(self._rest)
        self._rest.clear()
        return out

    def _wait(self, frame: bytes) -> None:
        """Hold silence back. Of a long pause only the cut edge and the last frames are kept."""
        self._waiting.append(frame)
        self._run += 1
        if self._run > self._limit:
            while len(self._waiting) > self._tail + 1:
                del self._waiting[1]
                self.removed += _FRAME_SAMPLES

    def _end_pause(self) -> bytes:
        waiting, run = self._waiting, self._run
        self._waiting, self._run = [], 0
        if run > self._limit:
            waiting[:2] = [_cross_fade(waiting[0], waiting[1])]
            self.removed += _FRAME_SAMPLES
        return b"".join(waiting)


def _cross_fade(old: bytes, new: bytes) -> bytes:
    before = np.frombuffer(old, dtype="<i2") * _FADE_OUT
    after = np.frombuffer(new, dtype="<i2") * _FADE_IN
    return bytes(np.rint(before + after).astype("<i2").data)
