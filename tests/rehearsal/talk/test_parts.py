"""Parts of sentences."""

import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.talk.parts import TextPart, cut_at

FRENCH = "Pourquoi l'eau est-elle si chère ?"
JAPANESE = "はい、そうです。"


@pytest.mark.parametrize(
    ("text", "share", "before"),
    [
        (FRENCH, 0.5, "Pourquoi l'eau est-elle"),
        (FRENCH, 0.9, FRENCH),
        (JAPANESE, 0.25, "はい、"),
        (JAPANESE, 0.5, "はい、そ"),
        (JAPANESE, 0.9, JAPANESE),
        (FRENCH, 0.0, ""),
    ],
)
def test_no_part_begins_with_a_punctuation_mark(text: str, share: float, before: str) -> None:
    assert TextPart(text, 0, cut_at(text, share)).text == before


@pytest.mark.parametrize("language", sorted(talk.load().languages()))
def test_parts_that_share_a_cut_are_the_text(language: str) -> None:
    joint = "" if language in ("ja", "zh") else " "
    for sentence in talk.load().sentences:
        text = sentence.translations.get(language, sentence.text)
        for words in range(5, 15):
            for cut in range(1, words):
                first = Recognition("sentence", 0, 1, sentence.index, end=cut / words)
                second = Recognition("sentence", 0, 1, sentence.index, begin=cut / words)
                parts = [one.part_of(text).text for one in (first, second)]
                assert joint.join(filter(None, parts)) == text
