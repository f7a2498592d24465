import pytest

from broadcaster.writing.breaks import (
    CLAUSE,
    CONJUNCTION,
    NEVER,
    PLAIN,
    PREPOSITION,
    TIGHT,
    TORN,
    break_cost,
)


@pytest.mark.parametrize(
    ("before", "after", "language", "expected"),
    [
        ("water,", "which", "en", CLAUSE),
        ("water", "and", "en", CONJUNCTION),
        ("water", "in", "en", PREPOSITION),
        ("clean", "water", "en", PLAIN),
        ("the", "water", "en", TIGHT),
        ("of", "water", "en", TIGHT),
        ("and", "water", "en", TIGHT),
        ("Dr.", "Smith", "en", TORN),
        ("J.", "Smith", "en", TORN),
        ("5", "kilometres", "en", TORN),
        ("3.", "Mai", "de", TORN),
        ("$3.5", "million", "en", TORN),
        ("Louis", "XIV", "fr", TORN),
        ("vous", "?", "fr", NEVER),
        ("«", "Oui", "fr", NEVER),
        ("Oui", "»", "fr", NEVER),
        ("Он", "—", "ru", NEVER),
        ("personas", "y", "es", CONJUNCTION),
        ("lo", "pueda", "es", TIGHT),
        ("воды", "и", "ru", CONJUNCTION),
        ("في", "المدينة", "ar", TIGHT),
        ("الماء", "والحياة", "ar", CONJUNCTION),
        ("עברנו", "והגענו", "he", CONJUNCTION),
        ("पानी", "और", "hi", CONJUNCTION),
        ("पानी", "के", "hi", TIGHT),
        ("su", "ve", "tr", CONJUNCTION),
        ("su", "için", "tr", TIGHT),
        ("ไป", "และ", "th", CONJUNCTION),
        ("ต่าง", "ๆ", "th", NEVER),
        ("去", "和", "zh", CONJUNCTION),
        ("去，", "我", "zh", CLAUSE),
        ("自由", "的", "zh", TIGHT),
        ("하고", "나서", "ko", CONJUNCTION),
        ("우리의", "물", "ko", TIGHT),
        ("nước", "và", "vi", CONJUNCTION),
        ("air", "dan", "id", CONJUNCTION),
    ],
)
def test_how_good_a_break_is(before: str, after: str, language: str, expected: int) -> None:
    assert break_cost(before, after, language) == expected


def test_without_a_known_language_marks_still_count() -> None:
    assert break_cost("water,", "which", "") < break_cost("clean", "water", "")
    assert break_cost("(", "water", "") == break_cost("water", ")", "") == NEVER
