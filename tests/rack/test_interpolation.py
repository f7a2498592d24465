"""Sound that is read between its samples."""

import math

import numpy as np
import pytest

from broadcaster.rack.interpolation import LEAD, TAPS, interpolate, samples_needed
from broadcaster.rack.sound import RackSamples


def tone(hz: float, count: int) -> RackSamples:
    return np.sin(2 * math.pi * hz * np.arange(count) / 48_000).astype(np.float32)


@pytest.mark.parametrize("ratio", [1.0, 1.0002, 0.9998, 1.001])
@pytest.mark.parametrize("hz", [100, 1_000, 8_000, 15_000])
def test_a_tone_stays_itself(hz: int, ratio: float) -> None:
    sound = tone(hz, 10_000)
    out = interpolate(sound, 0.3, ratio, 9_000)
    at = LEAD + 0.3 + ratio * np.arange(9_000)
    wrong = out - np.sin(2 * math.pi * hz * at / 48_000)
    assert np.sqrt(np.mean(wrong**2)) < 10 ** (-70 / 20), "70 dB below the tone"


def test_it_needs_as_many_samples_as_it_says() -> None:
    for start, ratio, count in [(0.0, 1.0, 480), (0.99, 1.001, 480), (0.5, 0.999, 1)]:
        needed = samples_needed(start, ratio, count)
        assert len(interpolate(tone(440, needed), start, ratio, count)) == count
        with pytest.raises((IndexError, ValueError)):
            interpolate(tone(440, needed - 1), start, ratio, count)
    assert samples_needed(0.0, 1.0, 1) == TAPS
