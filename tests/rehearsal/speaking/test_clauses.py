"""The clauses of a sentence, which are spoken one after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.clauses import clauses

SENTENCES = talk.load().sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Ten years ago, the water was dirty, and nobody could drink it.",
            ["Ten years ago,", " the water was dirty,", " and nobody could drink it."],
        ),
        ("Thank you, Clara.", ["Thank you, Clara."]),
        ("It costs 1,500 euros at 10:30 in the old town.", None),
        ("She said: “water is life,” and everybody agreed.", None),
        ("十年前、水は汚れていて、誰も飲めませんでした。", None),
        ("", [""]),
    ],
)
def test_a_sentence_is_cut_after_its_marks(text: str, parts: list[str] | None) -> None:
    found = clauses(text)
    assert "".join(found) == text
    if parts is not None:
        assert found == parts
    for part in found[:-1]:
        assert part.rstrip("”")[-1] in ",:、"
    assert not any("1," in part[-2:] for part in found)


@pytest.mark.parametrize("language", sorted(talk.load().languages()))
def test_no_clause_of_the_talk_is_too_short_to_speak_while_the_next_is_read(language: str) -> None:
    for sentence in SENTENCES:
        text = sentence.spoken_text(language) if language != sentence.language else sentence.text
        found = clauses(text)
        assert "".join(found) == text
        assert len(found) == 1 or min(len(part.strip()) for part in found) >= 4


@given(st.text('ab ,;:—、。"”1', max_size=80))
def test_no_letter_is_lost(text: str) -> None:
    assert "".join(clauses(text)) == text
