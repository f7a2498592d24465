"""Measures the two channels of stereo sound, and how alike they are, in hops of 20 ms."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS
from broadcaster.audio.speech_level import HOP_SAMPLES

LEFT, RIGHT = 0, 1
StereoSamples = npt.NDArray[np.float32]
"""Shape (samples, 2), left and right, full scale ±1.0."""

_LEAST_POWER = 10 ** (DIGITAL_SILENCE_DBFS / 10)


@dataclass(frozen=True, slots=True)
class StereoHop:
    """The powers of one or more hops, as sums or means.

    Attributes:
        left: power of the left channel.
        right: power of the right channel.
        cross: mean product of both.
    """

    left: float
    right: float
    cross: float

    @classmethod
    def sum_of(cls, hops: Iterable[Self]) -> Self:
        """All of them as one long hop."""
        left = right = cross = 0.0
        for hop in hops:
            left += hop.left
            right += hop.right
            cross += hop.cross
        return cls(left, right, cross)

    @property
    def levels_dbfs(self) -> tuple[float, float]:
        """RMS of left and right; -100 for digital silence."""
        return _dbfs(self.left), _dbfs(self.right)

    @property
    def correlation(self) -> float:
        """1 for the same wave in both, -1 for an inverted one, 0 if one is silent."""
        both = math.sqrt(self.left * self.right)
        return self.cross / both if both > _LEAST_POWER else 0.0


class StereoMeter:
    """Measures a stream that comes in pieces of any length."""

    def __init__(self) -> None:
        self._rest = np.zeros((0, 2), np.float32)

    def measure(self, samples: StereoSamples) -> list[StereoHop]:
        """The hops that are whole with this piece."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // HOP_SAMPLES * HOP_SAMPLES
        self._rest = joined[whole:].copy()
        hops = joined[:whole].reshape(-1, HOP_SAMPLES, 2)
        products = np.einsum("hsa,hsb->hab", hops, hops) / HOP_SAMPLES
        return [StereoHop(float(p[0, 0]), float(p[1, 1]), float(p[0, 1])) for p in products]


def _dbfs(power: float) -> float:
    return 10 * math.log10(max(power, _LEAST_POWER))
