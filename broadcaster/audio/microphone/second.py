"""Measures one second of sound: levels of its hops, clipping, and its spectrum in steps of 1 Hz.

One Fourier transform of a whole second serves all: in steps of 1 Hz mains hum is a needle, and
the harmonics of a voice, whose pitch moves, are not.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.audio.speech_level import HOP_SAMPLES
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

SECOND_BYTES = CLOCK_HZ * SAMPLE_BYTES
BAND_HZ = 250
BANDS = CLOCK_HZ // 2 // BAND_HZ
MAINS_HZ = (50, 60)
HARMONICS = 6
"""Of the mains; the frequency of the mains moves, so higher ones leave their place."""

_FULL_SCALE_SAMPLES = 32_766
_CLIPPED_SAMPLES = 8
"""Full-scale samples in a second before it counts as clipped; a single peak does not."""
_NEAR_PEAK = 0.9
_CUT_OFF_SHARE = 0.02
"""Of the samples of speech fewer than this are near the peak, unless the tops are cut off."""
_LOUD_PEAK = 0.1
"""Of full scale: sound that is softer was not cut off by an overdriven input."""
_SPEAKS_DB = 12.0
"""The hops of a second of speech differ by this much."""
_NEAR_BINS = 3
_TONE_SHARE = 0.97
_LEAST_POWER = 10 ** (DIGITAL_SILENCE_DBFS / 10)
_WINDOW = np.hanning(CLOCK_HZ + 1)[:-1].astype(np.float32)
_SCALE = 2.0 / (0.375 * CLOCK_HZ**2)
"""Makes the bins of a windowed second add up to its mean power."""
_AROUND = np.array([*range(-12, -5), *range(6, 13)])
"""Bins next to a harmonic that hold none of it."""
_STANDS_OUT = 30.0
_LEAST_HARMONICS = 2

Levels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SecondMeasure:
    """One second of sound.

    Attributes:
        hops_dbfs: RMS of its 50 hops of 20 ms, -100 for digital silence.
        peak: highest sample, full scale 1.0.
        clipped: samples are at full scale, or the tops of the waves are cut off.
        bands_dbfs: RMS in each of `BANDS` bands of `BAND_HZ`.
        hum_dbfs: by frequency of the mains, RMS of all of its harmonics that stand out.
        tone_hz: its frequency if it is one tone and nothing else, 0 otherwise.
    """

    hops_dbfs: Levels
    peak: float
    clipped: bool
    bands_dbfs: Levels
    hum_dbfs: dict[int, float]
    tone_hz: int

    @property
    def speaks(self) -> bool:
        """Whether its level varies as much as that of speech."""
        return bool(np.ptp(self.hops_dbfs) >= _SPEAKS_DB)


def measure_second(pcm: bytes) -> SecondMeasure:
    """Measure `SECOND_BYTES` of s16le mono 24 kHz."""
    integers = np.frombuffer(pcm, "<i2")
    samples = integers.astype(np.float32) * np.float32(1 / FULL_SCALE)
    hops = samples.reshape(-1, HOP_SAMPLES)
    hops_dbfs = _dbfs(np.einsum("hs,hs->h", hops, hops) / HOP_SAMPLES)
    magnitude = np.abs(samples)
    peak = float(magnitude.max())
    spectrum = np.fft.rfft(samples * _WINDOW)
    bins = (spectrum.real**2 + spectrum.imag**2) * _SCALE
    bands = bins[: BANDS * BAND_HZ].reshape(BANDS, BAND_HZ).sum(axis=1)
    tone_hz = _tone_hz(bins)
    varies = bool(np.ptp(hops_dbfs) >= _SPEAKS_DB) and not tone_hz
    return SecondMeasure(
        hops_dbfs,
        peak,
        _reaches_full_scale(magnitude) or (varies and _is_cut_off(magnitude, peak)),
        _dbfs(bands),
        {mains: _hum_dbfs(bins, mains) for mains in MAINS_HZ},
        tone_hz,
    )


def _reaches_full_scale(magnitude: npt.NDArray[np.float32]) -> bool:
    full = np.count_nonzero(magnitude >= _FULL_SCALE_SAMPLES / FULL_SCALE)
    return bool(full >= _CLIPPED_SAMPLES)


def _is_cut_off(magnitude: npt.NDArray[np.float32], peak: float) -> bool:
    """Whether an input before this one cut the tops of the waves off."""
    near = np.count_nonzero(magnitude > _NEAR_PEAK * peak)
    return bool(peak > _LOUD_PEAK and near > _CUT_OFF_SHARE * magnitude.size)


def _tone_hz(bins: Levels) -> int:
    """The frequency of a lone tone: what is left of the second without it is next to nothing."""
    top = int(bins.argmax())
    near = bins[max(0, top - _NEAR_BINS) : top + _NEAR_BINS + 1].sum()
    total = float(bins.sum())
    return top if total > _LEAST_POWER and near > _TONE_SHARE * total else 0


def _hum_dbfs(bins: Levels, mains_hz: int) -> float:
    """RMS of the mains' harmonics that stand out from their surroundings; -100 without any."""
    power = 0.0
    found = 0
    for number in range(1, HARMONICS + 1):
        centre = number * mains_hz
        slack = 1 if number > 2 else 0  # noqa: PLR2004
        top = centre - slack + int(bins[centre - slack : centre + slack + 1].argmax())
        if bins[top] < max(bins[top - 1], bins[top + 1]):
            continue
        around = float(np.median(bins[centre + _AROUND]))
        if bins[top] > _STANDS_OUT * around:
            found += 1
            power += float(bins[top - 1 : top + 2].sum())
    if found < _LEAST_HARMONICS:
        return DIGITAL_SILENCE_DBFS
    return 10 * math.log10(max(power, _LEAST_POWER))


def _dbfs(power: npt.NDArray[np.floating]) -> Levels:
    return 10.0 * np.log10(np.maximum(power.astype(np.float64), _LEAST_POWER))
