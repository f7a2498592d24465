"""The prepared talk."""

from itertools import pairwise

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.script import words_of

SENTENCES = talk.load().sentences


def test_the_talk_is_whole(talk_pcm: bytes) -> None:
    prepared = talk.load()
    assert prepared.languages() >= {"es", "fr", "de", "it", "pt", "ja", "zh", "ar"}
    for sentence in SENTENCES:
        assert set(sentence.translations) | {sentence.language} >= prepared.languages()
        assert sentence.language not in sentence.translations
        assert 6 <= len(words_of(sentence.text)) <= 14
    for before, after in pairwise(SENTENCES):
        longest_ms = 460 if before.language == after.language else 3_050
        assert 250 <= after.start_ms - before.end_ms <= longest_ms
    assert SENTENCES[-1].end_ms < len(talk_pcm) // 48
    level = 20 * np.log10(np.sqrt(np.mean((np.frombuffer(talk_pcm, "<i2") / 32768) ** 2)))
    assert level == pytest.approx(-20, abs=1)
