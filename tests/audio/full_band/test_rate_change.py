import numpy as np
import pytest

from broadcaster.audio.full_band.rate_change import DELAY_MS, RateChange
from broadcaster.audio.pcm import Samples

RATES = pytest.mark.parametrize(("from_hz", "to_hz"), [(24_000, 48_000), (48_000, 24_000)])


def tone(hz: float, rate_hz: int, late_s: float = 0.0) -> Samples:
    time_s = np.arange(2 * rate_hz) / rate_hz - late_s
    return np.asarray(0.5 * np.sin(2 * np.pi * hz * time_s), np.float32)


@RATES
@pytest.mark.parametrize("hz", [50, 1_000, 8_000, 10_000])
def test_the_same_sound_comes_out_at_the_other_rate(from_hz: int, to_hz: int, hz: float) -> None:
    change, given = RateChange(from_hz, to_hz), tone(hz, from_hz)
    size = from_hz // 50
    made = np.concatenate(
        [change.change(given[at : at + size]) for at in range(0, given.size, size)]
    )
    assert made.size == 2 * to_hz
    settled = slice(to_hz // 10, None)
    error = made[settled] - tone(hz, to_hz, DELAY_MS / 1_000)[settled]
    assert np.sqrt(np.mean(error**2)) < 0.01


@RATES
def test_every_piece_comes_back_as_long_as_it_was(from_hz: int, to_hz: int) -> None:
    chance, change = np.random.default_rng(3), RateChange(from_hz, to_hz)
    for _ in range(300):
        samples = 2 * int(chance.integers(1, 1_000))
        made = change.change(np.zeros(samples, np.float32))
        assert made.size == samples * to_hz // from_hz


def test_what_does_not_fit_the_lower_rate_is_gone() -> None:
    made = RateChange(48_000, 24_000).change(tone(14_000, 48_000))
    assert np.abs(made[2_400:]).max() < 0.005
