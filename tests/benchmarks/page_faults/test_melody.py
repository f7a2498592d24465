"""Sound is recognised at every speed at which a player may play it, and other sound is not."""

import numpy as np
import pytest

from tests.benchmarks.page_faults.melody import HOP_S, notes, recognise

LATE_S = 6.0
SAID_S = 60.0
LENGTH = 300
"""Hops of the recording."""


@pytest.mark.parametrize("speed", [0.94, 1.0, 1.1, 1.2, 1.3])
def test_a_melody_is_recognised_at_its_speed(speed: float) -> None:
    first = round((SAID_S - LATE_S) / HOP_S)
    heard = notes("ar")[first + (np.arange(LENGTH) * speed).astype(int)]
    found = recognise(heard, SAID_S)
    assert np.all(found.channel == 1)
    late_s = LATE_S - (speed - 1) * LENGTH * HOP_S
    assert abs(found.delay_s[-1] - late_s) < 0.5


def test_another_sound_is_not_recognised() -> None:
    other = np.repeat(np.random.default_rng(1).integers(0, 12, 10), 12).astype(np.int8)
    assert np.all(recognise(other, SAID_S).channel == -1)
