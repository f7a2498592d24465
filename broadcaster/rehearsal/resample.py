"""Changing the sample rate of a stream with a polyphase low-pass filter."""

import math

import numpy as np
from numpy.typing import NDArray

_PASSBAND = 0.92
_KAISER_BETA = 7.0
_ZERO_CROSSINGS = 12


class Resampler:
    """Changes the rate of one mono stream, which may come in blocks of any length.

    Args:
        from_hz: rate of the input.
        to_hz: rate of the output.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        common = math.gcd(from_hz, to_hz)
        self._up, self._down = to_hz // common, from_hz // common
        self._bank = _filter_bank(self._up, self._down)
        self._taps = self._bank.shape[1]
        self._past = np.zeros(self._taps - 1)
        self._next = 0

    def process(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the output samples that are complete with this input, shape `(n,)`."""
        known = np.concatenate([self._past, samples])
        count = max(0, -(-(samples.size * self._up - self._next) // self._down))
        at = self._next + np.arange(count) * self._down
        newest = at // self._up + self._taps - 1
        windows = known[newest[:, None] - np.arange(self._taps)[None, :]]
        self._past = known[known.size - self._taps + 1 :]
        self._next += count * self._down - samples.size * self._up
        result: NDArray[np.float64] = np.einsum("nt,nt->n", windows, self._bank[at % self._up])
        return result


def _filter_bank(up: int, down: int) -> NDArray[np.float64]:
    """Coefficients, shape `(up, taps)`: row p filters the outputs at phase p."""
    cutoff = _PASSBAND / max(up, down)
    taps = math.ceil(2 * _ZERO_CROSSINGS * max(up, down) / up)
    length = taps * up
    time = np.arange(length) - (length - 1) / 2
    prototype = np.sinc(time * cutoff) * np.kaiser(length, _KAISER_BETA)
    prototype *= up / prototype.sum()
    bank: NDArray[np.float64] = prototype.reshape(taps, up).T.copy()
    return bank
