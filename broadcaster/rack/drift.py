"""Controls how much faster or slower a channel is played, so that its buffer keeps its length.

The server's clock and that of an output differ by up to some hundred millionths. Played at its own
speed, a buffer of 200 ms would run dry or over within minutes.
"""

_NATURAL_PER_S = 0.01
"""Natural frequency of the controlled loop, in radians a second: it settles in some minutes, so the
jitter of the network, which is faster, hardly moves the pitch. A clock that is off by d seconds a
second moves the buffer by at most d / (e * _NATURAL_PER_S): 7 ms for 200 ppm."""
_PROPORTIONAL = 2 * _NATURAL_PER_S
"""Of a critically damped loop."""
_INTEGRAL = _NATURAL_PER_S**2
_LARGEST = 0.001
"""Largest correction, 1,000 ppm or 1.7 cents of pitch: crystals are better, and ears do not hear
it."""


class DriftControl:
    """A proportional-integral controller of the speed of an output.

    Attributes:
        ratio: samples of the channel to play for one sample of the output.
    """

    def __init__(self) -> None:
        self.ratio = 1.0
        self._drift = 0.0

    @property
    def drift_ppm(self) -> float:
        """How much faster the server's clock seems than the output's, in millionths."""
        return self._drift * 1e6

    def update(self, error_s: float, interval_s: float) -> None:
        """Take a measurement.

        Args:
            error_s: how much longer the buffer is than it should be.
            interval_s: time since the last measurement.
        """
        self._drift = _limited(self._drift + _INTEGRAL * error_s * interval_s)
        self.ratio = 1 + _limited(self._drift + _PROPORTIONAL * error_s)


def _limited(value: float) -> float:
    return max(-_LARGEST, min(_LARGEST, value))
