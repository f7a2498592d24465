import numpy as np
import pytest

from broadcaster.audio.pauses import PauseLimits, PauseShortener
from tests.audio.sounds import noise, numbers, ragged, sharpest, speech, tone, voice_like

LIMITS = PauseLimits(limit_ms=300, keep_ms=160)
KEPT_BYTES = 160 * 48


def shortened(pcm: bytes, limits: PauseLimits = LIMITS, seed: int = 1) -> bytes:
    shortener = PauseShortener(limits)
    return b"".join(shortener.push(piece) for piece in ragged(pcm, seed)) + shortener.flush()


@pytest.mark.parametrize("pause_s", [0.305, 0.5, 1.0, 10.0])
def test_a_long_pause_is_cut_to_what_is_kept(pause_s: float) -> None:
    before, after = tone(1.0), tone(0.5, hz=700)
    heard = shortened(before + bytes(int(pause_s * 48_000)) + after)
    assert heard == before + bytes(KEPT_BYTES) + after


@pytest.mark.parametrize("pause_s", [0.0, 0.1, 0.3])
def test_a_short_pause_stays_as_it_was(pause_s: float) -> None:
    said = tone(1.0) + noise(pause_s, dbfs=-60) + tone(0.5)
    assert shortened(said) == said


def test_a_pause_at_the_end_is_cut_too() -> None:
    assert shortened(tone(1.0) + bytes(96_000)) == tone(1.0) + bytes(KEPT_BYTES)
    assert shortened(tone(1.0) + bytes(9_600)) == tone(1.0) + bytes(9_600)


def test_where_the_pieces_end_makes_no_difference() -> None:
    whole = shortened(speech(), seed=0)
    assert len(whole) < 0.97 * len(speech())
    for seed in range(1, 6):
        assert shortened(speech(), seed=seed) == whole


def test_no_word_is_touched() -> None:
    def loud_frames(pcm: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        frames = numbers(pcm[: len(pcm) // 240 * 240]).reshape(-1, 120)
        rms = np.sqrt(np.mean(frames**2, axis=1))
        return np.asarray(frames[rms >= 32_768 * 10 ** (-50 / 20)])

    assert np.array_equal(loud_frames(shortened(speech())), loud_frames(speech()))


def test_what_is_missing_was_counted() -> None:
    shortener = PauseShortener(LIMITS)
    heard = 0
    given = 0
    for piece in ragged(speech(), seed=7):
        heard += len(shortener.push(piece)) // 2
        given += len(piece) // 2
        assert given == heard + shortener.held + shortener.removed
    heard += len(shortener.flush()) // 2
    assert shortener.held == 0
    assert given == heard + shortener.removed


def test_the_cut_has_no_click() -> None:
    hum = tone(3.0, hz=50, amplitude=100)
    assert sharpest(shortened(hum)) <= 3
    speaker = voice_like(1.0)
    room = noise(2.0, dbfs=-58)
    heard = shortened(speaker + room + speaker)
    pause = heard[len(speaker) + 2 : -len(speaker) - 2]
    assert len(pause) == KEPT_BYTES - 4
    assert sharpest(pause) <= sharpest(room)


def test_switched_off_it_lets_everything_through_at_once() -> None:
    shortener = PauseShortener(LIMITS)
    shortener.active = False
    for piece in ragged(speech(), seed=3):
        assert shortener.push(piece) == piece


def test_switched_off_in_a_pause_it_gives_back_what_it_held() -> None:
    shortener = PauseShortener(LIMITS)
    heard = shortener.push(tone(1.0) + bytes(9_600))
    shortener.active = False
    heard += shortener.push(tone(1.0))
    assert heard == tone(1.0) + bytes(9_600) + tone(1.0)


@pytest.mark.parametrize(("limit_ms", "keep_ms"), [(300, 300), (100, 200), (300, 15)])
def test_limits_that_make_no_sense_are_refused(limit_ms: int, keep_ms: int) -> None:
    with pytest.raises(ValueError, match="keep_ms < limit_ms"):
        PauseLimits(limit_ms, keep_ms)
