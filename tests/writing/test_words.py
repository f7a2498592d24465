import pytest

from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import (
    base_language,
    likely_language,
    spaces_between_sentences,
    spaces_between_words,
)
from broadcaster.writing.words import pieces, word_spans, words
from tests.writing.corpus import corpus

SENTENCES = [(language, text) for language, texts in corpus().items() for text in texts]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "국제회의에서 실시간 통역을 합니다.",
            "ko",
            ["국제회의에서", "실시간", "통역을", "합니다."],
        ),
        ("제3조(權利)를 보라", "ko", ["제3조(權利)를", "보라"]),
        ("人人生而自由，在尊严上", "zh", ["人", "人生", "而", "自由，", "在", "尊严", "上"]),
        (
            "今日はきれいな水について話します。",
            "ja",
            ["今日は", "きれいな", "水について", "話します。"],
        ),
        ("「言った。」と", "ja", ["「言った。」", "と"]),
        ("GPT-4を使う", "ja", ["GPT-4", "を", "使う"]),
        ("ยินดีต้อนรับทุกท่าน", "th", ["ยินดี", "ต้อนรับ", "ทุก", "ท่าน"]),
        ("ต่าง ๆ นานา", "th", ["ต่าง", "ๆ", "นานา"]),
        ("ມະນຸດທຸກຄົນ", "lo", ["ມະນຸດ", "ທຸກຄົນ"]),
        ("មនុស្សទាំងអស់", "km", ["មនុស្ស", "ទាំងអស់"]),
        ("လူတိုင်းသည်", "my", ["လူ", "တိုင်း", "သည်"]),
        ("Qui\u00a0? Lui\u00a0!", "fr", ["Qui\u00a0?", "Lui\u00a0!"]),
        ("12\u202f000 euros", "fr", ["12\u202f000", "euros"]),
        ("It's a.b@c.org, e-mail", "en", ["It's", "a.b@c.org,", "e-mail"]),
        ("", "en", []),
        ("   ", "ja", []),
    ],
)
def test_words(text: str, language: str, expected: list[str]) -> None:
    assert words(text, language) == expected


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_a_growing_text_has_the_words_of_the_whole_one(language: str, text: str) -> None:
    whole = word_spans(text, language, final=True)
    assert "".join(text[start:end] for start, end in whole) == "".join(text.split(" "))
    for end in range(len(text)):
        spans = word_spans(text[:end], language, final=False)
        assert spans == whole[: len(spans)]


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_pieces_are_the_text(language: str, text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", 3),
        ("日本語。", 8),
        ("ｱｲｳ", 3),
        ("한국어", 6),
        ("\u1112\u1161\u11ab", 2),
        ("น้ำ", 2),
        ("e\u0301te\u0301", 3),
        ("a\u200bb\u2060c\u00add", 4),
        ("می‌شود", 5),
        ("नमस्ते", 4),
        ("שָׁלוֹם", 4),
        ("👍🏽", 2),
    ],
)
def test_columns(text: str, expected: int) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize("language", ["ko", "en", "ar", "hi", "vi", "he", "fa", "pt-BR", "sr-Latn"])
def test_most_languages_have_spaces(language: str) -> None:
    assert spaces_between_words(language)
    assert spaces_between_sentences(language)


def test_some_languages_have_no_spaces() -> None:
    unspaced = ["zh", "zh-Hant-TW", "ja", "th", "lo", "km", "my", "yue"]
    assert not any(spaces_between_words(language) for language in unspaced)
    assert not spaces_between_sentences("zh-Hant-TW")
    assert spaces_between_sentences("th")


def test_a_tag_has_a_base_language() -> None:
    assert [base_language(tag) for tag in ("pt-BR", "zh_Hant", "EN")] == ["pt", "zh", "en"]


@pytest.mark.parametrize("language", sorted(corpus()))
def test_a_text_tells_its_language(language: str) -> None:
    assert likely_language(" ".join(corpus()[language][:3])) == language


def test_a_text_without_letters_tells_nothing() -> None:
    assert likely_language("3.14, 2026!") == ""
