"""Measures the level of sound, and sets the level below which it counts as silence.

Each place that asks has a threshold of its own, because a wrong answer costs something else:

- `SILENT_FLOOR_DBFS`: the desk warns of a silent floor. Too high, and a soft speaker raises a false
  alarm.
- `VOICE_PAUSE_DBFS`: pauses of an interpreter's voice are cut. Too high, and soft ends of words are
  cut off; too low, and a booth catches up more slowly.
- `SPEAKER_PAUSE_DBFS`: a session is fed from a pause of the speaker on. Too low, and a noisy room
  has no pauses.
- `HEARD_DBFS`: a rehearsal proves that a channel is heard. Too low, and silence passes for speech.

Phrases and commits need the most precise answer. `speech_level` follows the room for them.
"""

import math
from dataclasses import dataclass

import numpy as np

from broadcaster.audio.pcm import FULL_SCALE, Samples
from broadcaster.model.audio import CLOCK_HZ

SILENT_FLOOR_DBFS = -55.0
"""RMS of 20 ms below which the floor is reported silent: under the noise of a room with an open
microphone and under any speech, so that only a muted or broken input stays below it."""
VOICE_PAUSE_DBFS = -50.0
"""RMS of 5 ms below which an interpreter's voice pauses. Rendered voices are clean, recorded ones
are noisier: it lies between their noise and their softest consonants."""
SPEAKER_PAUSE_DBFS = -45.0
"""RMS of 20 ms below which a speaker pauses. The floor brings the room's noise along, so this is
the highest; a soft word taken for a pause only moves a cut, nothing is removed."""
HEARD_DBFS = -50.0
"""RMS of a second above which somebody speaks on a channel of a rehearsal: its recorded speaker and
its rendered voices are far louder, and what is between their words is digital silence."""
DIGITAL_SILENCE_DBFS = -100.0
"""The reported level of digital silence, which has no logarithm."""

_CLIPPED = 32_767
_CLIPPED_SAMPLES = 8
"""Full-scale samples in one window before it counts as clipping; a single peak does not."""


@dataclass(frozen=True, slots=True)
class Level:
    """One window of sound: RMS and peak in dBFS, clipping, and silence up to its end."""

    level_dbfs: float
    peak_dbfs: float
    clipping: bool
    silent_ms: int


class LevelMeter:
    """Measures PCM piece by piece and answers per window.

    Args:
        channels: interleaved in the PCM; they are measured together.
    """

    def __init__(self, channels: int = 1) -> None:
        self._samples_per_s = channels * CLOCK_HZ
        self._square_sum = 0.0
        self._samples = 0
        self._peak = 0
        self._clipped = 0
        self._silent_samples = 0

    @property
    def silent_ms(self) -> int:
        """How long it has been silent up to now."""
        return self._silent_samples * 1000 // self._samples_per_s

    def add(self, pcm: bytes) -> None:
        """Measure one piece of s16le 24 kHz."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.int32)
        if not samples.size:
            return
        magnitude = np.abs(samples)
        square_sum = float(np.dot(samples.astype(np.float64), samples))
        self._square_sum += square_sum
        self._samples += samples.size
        self._peak = max(self._peak, int(magnitude.max()))
        self._clipped += int(np.count_nonzero(magnitude >= _CLIPPED))
        if _dbfs(math.sqrt(square_sum / samples.size)) < SILENT_FLOOR_DBFS:
            self._silent_samples += samples.size
        else:
            self._silent_samples = 0

    def take(self) -> Level:
        """Return the window since the last call, and start the next one."""
        rms = math.sqrt(self._square_sum / self._samples) if self._samples else 0.0
        level = Level(
            level_dbfs=_dbfs(rms),
            peak_dbfs=_dbfs(self._peak),
            clipping=self._clipped >= _CLIPPED_SAMPLES,
            silent_ms=self.silent_ms,
        )
        self._square_sum, self._samples, self._peak, self._clipped = 0.0, 0, 0, 0
        return level


class OutputLevel:
    """The RMS of sound that is calculated as float32, over windows of any length."""

    def __init__(self) -> None:
        self._square_sum = 0.0
        self._samples = 0
        self._dbfs = DIGITAL_SILENCE_DBFS

    def add(self, samples: Samples) -> None:
        """Measure one piece."""
        self._square_sum += float(np.dot(samples, samples))
        self._samples += samples.size

    def take_dbfs(self) -> float:
        """The level since the last call; the one before if there was no sound since then."""
        if self._samples:
            self._dbfs = _dbfs(math.sqrt(self._square_sum / self._samples) * FULL_SCALE)
            self._square_sum, self._samples = 0.0, 0
        return self._dbfs


def _dbfs(value: float) -> float:
    if value <= 0:
        return DIGITAL_SILENCE_DBFS
    return round(max(DIGITAL_SILENCE_DBFS, 20 * math.log10(value / FULL_SCALE)), 1)
