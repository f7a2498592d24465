"""The level of all voices."""

import numpy as np
from numpy.typing import NDArray

_TARGET_RMS = 32_768 * 10 ** (-18 / 20)
_PEAK_LIMIT = 32_768 * 10 ** (-3 / 20)
_KNEE = _PEAK_LIMIT * 0.7


def levelled(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same RMS for every voice, in units of 16 bits, peaks softly kept below -3 dBFS."""
    samples = samples * (_TARGET_RMS / float(np.sqrt(np.mean(samples**2))))
    room = _PEAK_LIMIT - _KNEE
    bent = _KNEE + room * np.tanh((np.abs(samples) - _KNEE) / room)
    return np.where(np.abs(samples) > _KNEE, np.sign(samples) * bent, samples)
