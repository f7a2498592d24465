"""How loud the floor is, and whether it is silent or clipped."""

import math
from dataclasses import dataclass

import numpy as np

from broadcaster.model.audio import CLOCK_HZ

SILENCE_DBFS = -55.0
"""Below this a room with an open microphone is taken to be silent."""
FLOOR_DBFS = -100.0
_FULL_SCALE = 32_768.0
_CLIPPED = 32_767
_CLIPPED_SAMPLES = 8
"""Full-scale samples in one window before it counts as clipping; a lone peak is none."""


@dataclass(frozen=True, slots=True)
class Level:
    """One window of sound: RMS and peak in dBFS, clipping, and silence up to its end."""

    level_dbfs: float
    peak_dbfs: float
    clipping: bool
    silent_ms: int


class LevelMeter:
    """Measures PCM piece by piece and answers per window."""

    def __init__(self) -> None:
        self._square_sum = 0.0
        self._samples = 0
        self._peak = 0
        self._clipped = 0
        self._silent_samples = 0

    def add(self, pcm: bytes) -> None:
        """Measure one piece of s16le mono 24 kHz."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.int32)
        if not samples.size:
            return
        magnitude = np.abs(samples)
        square_sum = float(np.dot(samples.astype(np.float64), samples))
        self._square_sum += square_sum
        self._samples += samples.size
        self._peak = max(self._peak, int(magnitude.max()))
        self._clipped += int(np.count_nonzero(magnitude >= _CLIPPED))
        if _dbfs(math.sqrt(square_sum / samples.size)) < SILENCE_DBFS:
            self._silent_samples += samples.size
        else:
            self._silent_samples = 0

    def take(self) -> Level:
        """The window since the last call; starts the next one."""
        rms = math.sqrt(self._square_sum / self._samples) if self._samples else 0.0
        level = Level(
            level_dbfs=_dbfs(rms),
            peak_dbfs=_dbfs(self._peak),
            clipping=self._clipped >= _CLIPPED_SAMPLES,
            silent_ms=self._silent_samples * 1000 // CLOCK_HZ,
        )
        self._square_sum, self._samples, self._peak, self._clipped = 0.0, 0, 0, 0
        return level


def _dbfs(amplitude: float) -> float:
    if amplitude <= 0:
        return FLOOR_DBFS
    return round(max(FLOOR_DBFS, 20 * math.log10(amplitude / _FULL_SCALE)), 1)
