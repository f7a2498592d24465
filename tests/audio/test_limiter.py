import numpy as np
import pytest

from broadcaster.audio.limiter import CEILING_DBTP, DELAY_SAMPLES, Limiter
from broadcaster.audio.pcm import to_pcm, to_samples
from tests.audio.sounds import loudness, noise, numbers, ragged, speech, ticks, tone


@pytest.mark.parametrize("gain_db", [6, 12, 24])
@pytest.mark.parametrize(
    ("sound", "over_db"),
    [
        (speech()[: 30 * 48_000], 0.3),
        (tone(5, 997), 0.1),
        (tone(5, 7_900), 0.1),
        (noise(5, dbfs=-20), 1.0),
    ],
    ids=["talk", "tone", "high tone", "white noise"],
)
def test_no_true_peak_passes_the_ceiling(sound: bytes, over_db: float, gain_db: int) -> None:
    limiter = Limiter()
    gain = np.float32(10 ** (gain_db / 20))
    heard = b"".join(limiter.limit(to_samples(tick) * gain) for tick in ticks(sound))
    assert loudness(heard)[1] <= CEILING_DBTP + over_db


def test_what_is_not_too_loud_passes_unchanged_and_late() -> None:
    limiter = Limiter()
    said = numbers(speech())
    heard = numbers(b"".join(limiter.limit(to_samples(p)) for p in ragged(speech(), seed=1)))
    assert heard.size == said.size
    assert not heard[:DELAY_SAMPLES].any()
    error = heard[DELAY_SAMPLES:] - said[:-DELAY_SAMPLES]
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.sqrt(np.mean(said**2))


@pytest.mark.parametrize("to_hz", [24_000, 48_000])
def test_a_full_band_is_limited_and_comes_out_at_either_rate(to_hz: int) -> None:
    limiter = Limiter(rate_hz=48_000, to_hz=to_hz)
    said = to_samples(tone(2, 7_900, amplitude=30_000, rate_hz=48_000))
    pieces = [limiter.limit(said[at : at + 2_880]) for at in range(0, said.size, 2_880)]
    assert {len(piece) for piece in pieces[:-1]} == {2 * 2_880 * to_hz // 48_000}
    heard = numbers(b"".join(pieces))[to_hz // 10 :]
    ceiling = 32_768 * 10 ** (CEILING_DBTP / 20)
    assert 0.97 * ceiling < np.abs(heard).max() < 1.02 * ceiling


def test_every_piece_comes_back_as_long_as_it_was() -> None:
    limiter = Limiter()
    assert limiter.limit(to_samples(b"")) == b""
    for piece in ragged(speech()[:480_000], seed=2, longest=40):
        assert len(limiter.limit(to_samples(piece))) == len(piece)


def test_samples_beyond_full_scale_saturate() -> None:
    beyond = np.array([-2.0, -1.0, 0.0, 1.0, 2.0], dtype=np.float32)
    assert numbers(to_pcm(beyond)).tolist() == [-32_768, -32_768, 0, 32_767, 32_767]


def test_pcm_survives_the_way_there_and_back() -> None:
    every = np.arange(-32_768, 32_768).astype("<i2").tobytes()
    assert to_pcm(to_samples(every)) == every
