"""Sound between its samples, so that it can be played a few millionths faster or slower.

The interpolator is a sinc under a Kaiser window (Julius O. Smith, "Digital Audio Resampling",
https://ccrma.stanford.edu/~jos/resample/). Each of its coefficients is a polynomial of the place
between two samples, as C. W. Farrow describes it (ISCAS 1988, 10.1109/ISCAS.1988.15483), so that a
block needs one matrix product.
"""

import numpy as np
import numpy.typing as npt

from broadcaster.rack.sound import RackSamples

TAPS = 32
"""Samples that one output sample is made of."""
LEAD = TAPS // 2 - 1
"""Those of them that lie before it."""
_PHASES = 256
"""Places at which the polynomials are fitted."""
_DEGREE = 7
"""Of the polynomials: what they differ by is 100 dB softer."""
_BETA = 8.0
"""Of the window: what lies beyond the band is 80 dB softer."""
_BAND = 0.92
"""Of half the rate. Higher sound is lost."""


def _polynomials() -> npt.NDArray[np.float32]:
    """Coefficients of the polynomials: a row for each tap, a column for each power."""
    places = (1 - np.cos(np.pi * np.arange(_PHASES + 1) / _PHASES)) / 2
    at = np.arange(TAPS)[np.newaxis, :] - LEAD - places[:, np.newaxis]
    inside = np.clip(1 - (at / (TAPS // 2)) ** 2, 0, None)
    taps = np.sinc(_BAND * at) * np.i0(_BETA * np.sqrt(inside))
    taps /= taps.sum(axis=1, keepdims=True)
    fitted = np.polynomial.polynomial.polyfit(places, taps, _DEGREE)
    return np.ascontiguousarray(fitted.T, dtype=np.float32)


_POLYNOMIALS = _polynomials()


def interpolate(samples: RackSamples, start: float, ratio: float, count: int) -> RackSamples:
    """Sound that is read at another speed.

    Args:
        samples: at least `samples_needed` of them.
        start: where the first output sample lies, counted from sample `LEAD`; 0 to 1.
        ratio: samples to go on for each output sample.
        count: of output samples.
    """
    at = start + ratio * np.arange(count)
    whole = at.astype(np.intp)
    between = (at - whole).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(samples, TAPS)[: whole[-1] + 1]
    powers = (windows @ _POLYNOMIALS)[whole]
    out = powers[:, _DEGREE].copy()
    for power in range(_DEGREE - 1, -1, -1):
        out *= between
        out += powers[:, power]
    return out


def samples_needed(start: float, ratio: float, count: int) -> int:
    """How many samples `interpolate` needs for `count` of its own."""
    return int(start + ratio * (count - 1)) + TAPS
