"""Words that nobody said are recognised by what the model says of them."""

import pytest

from broadcaster.rehearsal.whisper.doubts import evidence, is_evident, without_quick_end
from broadcaster.rehearsal.whisper.hypothesis import HeardWord


def words(*times_ms: tuple[int, int]) -> list[HeardWord]:
    return [HeardWord(f" w{number}", *times) for number, times in enumerate(times_ms)]


def test_words_that_silence_makes_as_likely_are_not_evident() -> None:
    assert not is_evident([0.8, 0.9, 0.7], [0.6, 0.9, 0.8])
    assert is_evident([0.8, 0.9, 0.7], [0.01, 0.2, 0.1])


def test_evidence_is_a_mean_of_logarithms() -> None:
    assert evidence([0.5, 0.5], [0.5, 0.05]) == pytest.approx(1.1513, abs=1e-3)
    assert evidence([0.0], [0.0]) == 0.0
    assert evidence([], []) == 0.0


def test_a_sentence_that_is_written_again_has_no_time() -> None:
    spoken = words((0, 300), (300, 620), (620, 1_000))
    again = words((1_000, 1_020), (1_020, 1_020), (1_020, 1_020), (1_020, 1_020))
    assert without_quick_end([*spoken, *again]) == spoken


def test_a_short_last_word_is_kept() -> None:
    spoken = words((0, 300), (300, 620), (620, 640))
    assert without_quick_end(spoken) == spoken
    assert without_quick_end([]) == []
