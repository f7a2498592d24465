"""A sound for the floors of tests."""

import math
from collections.abc import Iterator

import numpy as np


def chirps() -> Iterator[bytes]:
    """A sound that never repeats within the test."""
    phase, step = 0.0, 0
    while True:
        t = np.arange(480)
        hz = 300 + 200 * math.sin(step / 37) + 3 * (step % 101)
        piece = 6_000 * np.sin(phase + 2 * math.pi * hz / 24_000 * t)
        phase += 2 * math.pi * hz / 24_000 * 480
        step += 1
        yield piece.astype("<i2").tobytes()
