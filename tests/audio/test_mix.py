import numpy as np
import pytest

from broadcaster.audio.mix import (
    EVEN_FLOOR,
    FADE_MS,
    QUIET_FLOOR,
    Balance,
    Fader,
    mix,
    mix_under,
)
from broadcaster.audio.pcm import to_pcm, to_samples
from broadcaster.model.audio import ms_to_samples
from tests.audio.sounds import sharpest, speech, tone

FADE = ms_to_samples(FADE_MS)


def test_a_fade_is_exact_to_the_sample() -> None:
    fader = Fader()
    assert fader.silent
    fader.up = True
    gains = fader.gains(FADE + 10)
    assert np.all(np.diff(gains[:FADE]) >= 0)
    assert gains[0] == pytest.approx(np.pi / 2 / FADE, rel=1e-3)
    assert gains[FADE // 2 - 1] == pytest.approx(np.sqrt(0.5))
    assert np.all(gains[FADE - 1 :] == 1.0)
    assert not fader.silent


def test_down_is_the_way_up_backwards() -> None:
    rising, falling = Fader(), Fader(up=True)
    rising.up, falling.up = True, False
    up, down = rising.gains(FADE), falling.gains(FADE)
    assert np.array_equal(down[:-1], up[-2::-1])
    assert down[-1] == 0.0
    assert falling.silent


def test_opposite_faders_keep_the_power() -> None:
    rising, falling = Fader(), Fader(up=True)
    rising.up, falling.up = True, False
    assert np.allclose(rising.gains(FADE) ** 2 + falling.gains(FADE) ** 2, 1.0, atol=1e-6)


def test_a_turn_in_the_middle_goes_on_from_there() -> None:
    fader = Fader()
    fader.up = True
    up = fader.gains(FADE // 3)
    fader.up = False
    down = fader.gains(FADE)
    steepest = np.pi / 2 / FADE * 1.01
    assert np.abs(np.diff(np.concatenate([up, down]))).max() <= steepest
    assert np.all(down[FADE // 3 :] == 0.0)


def test_where_the_pieces_end_makes_no_difference() -> None:
    whole, pieces = Fader(300), Fader(300)
    whole.up = pieces.up = True
    parts = [pieces.gains(size) for size in (0, 1, 1_440, 5_000, 2_000)]
    assert np.array_equal(whole.gains(8_441), np.concatenate(parts))


@pytest.mark.parametrize("balance", [QUIET_FLOOR, EVEN_FLOOR])
def test_the_floor_stays_audible_under_the_voice(balance: Balance) -> None:
    nothing, full = np.zeros(3, np.float32), np.ones(3, np.float32)
    assert mix_under(full, nothing, nothing, balance) == pytest.approx(balance.voice)
    assert mix_under(nothing, full, nothing, balance) == pytest.approx(balance.floor)
    assert mix_under(nothing, full, full, balance) == pytest.approx(1.0)


def test_a_quiet_floor_is_easy_to_talk_over_and_an_even_one_adds_no_loudness() -> None:
    floor_db = 20 * np.log10(QUIET_FLOOR.floor / QUIET_FLOOR.voice)
    assert floor_db == pytest.approx(-16.5, abs=0.1)
    assert EVEN_FLOOR.voice == EVEN_FLOOR.floor
    assert EVEN_FLOOR.voice**2 + EVEN_FLOOR.floor**2 == pytest.approx(1.0)


def test_a_floor_that_comes_and_goes_does_not_click() -> None:
    floor = to_samples(tone(2, hz=300))
    fader = Fader(300)
    heard = bytearray()
    for index in range(0, floor.size, 1_440):
        fader.up = (index // 1_440) % 6 < 3
        piece = floor[index : index + 1_440]
        heard += to_pcm(mix(np.zeros_like(piece), piece, fader.gains(piece.size)))
    assert sharpest(bytes(heard)) <= 1.05 * sharpest(tone(2, hz=300))


def test_a_sum_beyond_full_scale_saturates() -> None:
    loud = to_samples(speech()[:48_000]) * np.float32(20)
    both = mix(loud, loud, np.ones(loud.size, np.float32))
    assert np.array_equal(both, 2 * loud)
    heard = np.frombuffer(to_pcm(both), "<i2")
    assert np.all(np.sign(heard) * np.sign(both) >= 0)
    assert heard.max() == 32_767


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="3, 2, 3 samples"):
        mix(np.zeros(3, np.float32), np.zeros(2, np.float32), np.zeros(3, np.float32))


def test_a_fade_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no length"):
        Fader(0)
