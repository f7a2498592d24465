"""Sentence ends. A `|` in a case marks each end inside the text."""

import json
from pathlib import Path

import pytest

from broadcaster.writing.sentences import Ending, ending, ends_sentence, sentence_ends

CASES: dict[str, list[str]] = json.loads(Path(__file__).with_name("sentence_ends.json").read_text())
TABLE = [(language, case) for language, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("language", "case"), TABLE)
def test_sentences_end_where_people_end_them(language: str, case: str) -> None:
    text, found, start = case.replace("|", ""), [], 0
    for end in sentence_ends(text, language):
        found.append(text[start:end])
        start = end
    if start < len(text):
        found.append(text[start:])
    assert found == case.split("|")


@pytest.mark.parametrize(("language", "case"), TABLE)
def test_a_growing_text_never_says_what_it_takes_back(language: str, case: str) -> None:
    """Once text follows a place, the answer for that place never changes."""
    text = case.replace("|", "")
    for at in range(1, len(text)):
        said = [ending(text[:at], text[at:more], language) for more in range(at + 1, len(text) + 1)]
        known = [one for one in said[:-1] if one is not Ending.UNSURE]
        blank = [len(text[at:more].strip()) == 0 for more in range(at + 1, len(text) + 1)]
        sure = [one for one, empty in zip(known, blank, strict=False) if not empty]
        assert len(set(sure)) <= 1, (text[:at], text[at:])


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ('言った。"', "ja", True),
        ("قال؟", "ar", True),
        ("Hello there.", "en", True),
        ("Hello there.” ", "en", True),
        ("We met Dr.", "en", False),
        ("It was 5 p.m.", "en", False),
        ("J. R. R.", "en", False),
        ("am 3.", "de", False),
        ("It is done", "en", False),
        ("ขอบคุณครับ", "th", True),
        ("감사합니다.", "ko", True),
        ("", "en", False),
    ],
)
def test_what_ends_a_text(text: str, language: str, *, expected: bool) -> None:
    assert ends_sentence(text, language) is expected


@pytest.mark.parametrize(
    ("sentence", "following", "expected"),
    [
        ("It was 5 p.m.", "", Ending.UNSURE),
        ("It was 5 p.m.", " Then", Ending.UNSURE),
        ("It was 5 p.m.", " Then ", Ending.YES),
        ("It was 5 p.m.", " t", Ending.NO),
        ("In the U.S.", " The", Ending.UNSURE),
        ("In the U.S.", " The ", Ending.YES),
        ("In the U.S.", " Then", Ending.UNSURE),
        ("In the U.S.", " Theatre ", Ending.NO),
        ("See example.", "org", Ending.NO),
        ("He said “Go.", "”", Ending.NO),
    ],
)
def test_what_follows_decides(sentence: str, following: str, expected: Ending) -> None:
    assert ending(sentence, following, "en") is expected
