import numpy as np
import pytest

from broadcaster.audio.stretch import MOST_HELD, TimeStretch
from tests.audio.sounds import dominant_hz, numbers, ragged, sharpest, speech, tone, voice_like

ORIGINAL_BYTES = 30 * 48
"""A way out plays up to 90 ms as they were: at tempo 1.5 they last 30 ms longer than asked."""


def stretched(pcm: bytes, tempo: float) -> bytes:
    stretch = TimeStretch()
    stretch.tempo = tempo
    return b"".join(stretch.push(piece) for piece in ragged(pcm, seed=1)) + stretch.flush()


@pytest.mark.parametrize("tempo", [1.02, 1.1, 1.25, 1.5])
def test_speech_takes_as_much_less_time_as_asked(tempo: float) -> None:
    heard = stretched(speech(), tempo)
    assert len(speech()) / len(heard) == pytest.approx(tempo, rel=0.01)


@pytest.mark.parametrize("tempo", [1.1, 1.25, 1.5])
@pytest.mark.parametrize("hz", [120.0, 440.0, 3_000.0])
def test_pitch_is_kept(tempo: float, hz: float) -> None:
    heard = stretched(tone(5, hz), tempo)
    assert dominant_hz(heard) == pytest.approx(hz, abs=0.5)


def test_tempo_1_touches_nothing_and_holds_nothing() -> None:
    stretch = TimeStretch()
    for piece in ragged(speech(), seed=2):
        assert stretch.push(piece) == piece
        assert stretch.held == 0
    assert stretch.flush() == b""


@pytest.mark.parametrize("tempos", [(1.0, 1.25), (1.1, 1.25, 1.5), (1.0, 1.02, 1.3), (1.0, 1.5)])
@pytest.mark.parametrize(
    "sound", [tone(20), voice_like(20), speech()[: 60 * 48_000]], ids=["tone", "vowel", "talk"]
)
def test_no_click_when_the_tempo_changes(tempos: tuple[float, ...], sound: bytes) -> None:
    rng = np.random.default_rng(3)
    stretch = TimeStretch()
    heard = bytearray()
    asked = 0.0
    ways_out = 1
    for piece in ragged(sound, seed=4):
        if rng.random() < 0.3:
            before = stretch.tempo
            stretch.tempo = float(rng.choice(tempos))
            ways_out += before > stretch.tempo == 1.0
        heard += stretch.push(piece)
        asked += len(piece) / stretch.tempo
        assert 0 <= stretch.held <= MOST_HELD
    heard += stretch.flush()
    assert sharpest(bytes(heard)) <= 1.05 * sharpest(sound)
    longer_bytes = len(heard) - asked
    assert -0.01 * asked <= longer_bytes <= 0.01 * asked + ways_out * ORIGINAL_BYTES


def test_a_word_starts_and_ends_with_its_own_samples() -> None:
    word = speech()[200_000:296_000]
    heard = numbers(stretched(word, 1.25))
    assert np.abs(heard[:400] - numbers(word)[:400]).max() <= 1
    assert np.array_equal(heard[-400:], numbers(word)[-400:])


@pytest.mark.parametrize("tempo", [1.05, 1.1, 1.25, 1.5])
def test_no_kink_on_the_way_back_to_the_original(tempo: float) -> None:
    rng = np.random.default_rng(9)
    for hz in (90.0, 130.0, 187.3, 240.0):
        sound = voice_like(1, hz)
        for _ in range(50):
            stretch = TimeStretch()
            stretch.tempo = tempo
            cut = 2 * int(rng.integers(500, 16_000))
            heard = stretch.push(sound[:cut])
            stretch.tempo = 1.0
            heard += stretch.push(sound[cut:])
            assert sharpest(heard) <= 1.1 * sharpest(sound)
            assert heard.endswith(sound[cut:])


@pytest.mark.parametrize("samples", [1, 2, 100, 511, 512, 513, 800, 1_023, 1_024, 1_500, 2_400])
def test_the_shortest_utterance_is_not_lost(samples: int) -> None:
    said = tone(1)[4_000 : 4_000 + 2 * samples]
    heard = stretched(said, 1.25)
    assert int(samples / 1.25) <= len(heard) // 2 <= samples
    assert heard[-2:] == said[-2:]


def test_silence_is_stretched_like_speech() -> None:
    heard = stretched(bytes(96_000), 1.25)
    assert not heard.strip(b"\0")
    assert len(heard) == pytest.approx(96_000 / 1.25, rel=0.02)


def test_after_a_flush_the_next_utterance_is_stretched_too() -> None:
    stretch = TimeStretch()
    stretch.tempo = 1.25
    first = stretch.push(tone(2)) + stretch.flush()
    assert stretch.held == 0
    assert stretch.push(tone(2)) + stretch.flush() == first


@pytest.mark.parametrize("tempo", [0.99, 1.51, float("nan")])
def test_another_tempo_is_refused(tempo: float) -> None:
    stretch = TimeStretch()
    with pytest.raises(ValueError, match="not between"):
        stretch.tempo = tempo
    assert stretch.tempo == 1.0
