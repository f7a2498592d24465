import random

import pytest

from broadcaster.booths.repeats.overlap import (
    LONGEST_OPEN_CHARACTERS,
    RepeatFilter,
    SaidText,
)

SAID = [" Buenos días a todos.", " Me llamo Clara.", " Hoy hablamos del agua."]
JAPANESE = ["おはようございます。", "今日は水の話です。"]


def said(sentences: list[str], unfinished: str = "") -> SaidText:
    text = SaidText("")
    for sentence in sentences:
        assert text.add(sentence)
    if unfinished:
        assert not text.add(unfinished)
    return text


def through(repeats: RepeatFilter, text: str, seed: int) -> str:
    chance, fresh = random.Random(seed), ""
    words = text.split(" ")
    fragments = [words[0], *(f" {word}" for word in words[1:])]
    while fragments:
        count = chance.randint(1, 4)
        fresh += repeats.take("".join(fragments[:count]))
        fragments = fragments[count:]
    return fresh + repeats.flush()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("known", "unfinished", "heard", "fresh"),
    [
        (SAID, "", "El pozo está seco.", "El pozo está seco."),
        (SAID, "", "Hoy hablamos del agua. El pozo está seco.", " El pozo está seco."),
        (SAID, "", "Me llamo Clara. Hoy hablamos del agua. Gracias.", " Gracias."),
        (SAID, "", "Hoy hablamos del tiempo. Gracias.", "Hoy hablamos del tiempo. Gracias."),
        (SAID, " El pozo", "El pozo está seco.", " está seco."),
        (SAID, " El pozo", "Hoy hablamos del agua. El pozo está seco.", " está seco."),
        (SAID, " El pozo era", "El pozo está seco.", " está seco."),
        (SAID, " El pozo", "Otra cosa es cierta.", "Otra cosa es cierta."),
        (SAID, "", "Me llamo Clara. El pozo era hondo.", " El pozo era hondo."),
        (SAID, "", "Me llamo Clara, hoy hablamos del agua; el pozo.", " el pozo."),
        (SAID, " El pozo", "Me llamo Clara, hoy hablamos del agua, el pozo era.", " era."),
        (SAID, "", "Me llamo Clara. Me llamo Clara. Gracias.", " Me llamo Clara. Gracias."),
        (
            [SAID[1], " Bonjour à tous.", SAID[2]],
            "",
            "Me llamo Clara. Hoy hablamos del agua. Gracias.",
            " Gracias.",
        ),
        (["".join(SAID[:2])], "", "Me llamo Clara. Gracias.", " Gracias."),
        ([SAID[0], "".join(SAID[1:])], "", "Hoy hablamos del agua. Gracias.", " Gracias."),
        (["".join(SAID)], "", "Me llamo Clara. El pozo era hondo.", " El pozo era hondo."),
        (SAID, " Muy bien. El pozo era", "El pozo está seco.", " está seco."),
        ([], "", "Hola a todos.", "Hola a todos."),
    ],
)
def test_only_what_is_new_passes(
    known: list[str], unfinished: str, heard: str, fresh: str, seed: int
) -> None:
    assert through(RepeatFilter(said(known, unfinished)), heard, seed) == fresh


def test_a_phrase_that_was_cut_elsewhere_is_known() -> None:
    known = SaidText("")
    for phrase in (" Hoy hablamos del agua y", " de la lluvia.", " Gracias"):
        known.add(phrase)
        known.end()
    heard = " Hoy hablamos del agua y de la lluvia. Gracias a todos."
    assert through(RepeatFilter(known), heard, seed=1).strip() == "a todos."


def test_the_sound_of_repeated_words_is_known() -> None:
    known = said(SAID)
    known.sound()
    repeats = RepeatFilter(known)
    steps = ["Hoy hablamos del agua", ".", " El pozo"]
    assert [(repeats.take(text), repeats.repeating) for text in steps] == [
        ("", True),
        ("", True),
        (" El pozo", False),
    ]


def test_words_that_had_no_sound_yet_are_heard() -> None:
    known = said(SAID, " El pozo")
    known.sound()
    known.add(" está")
    repeats = RepeatFilter(known)
    steps = [" El pozo", " está", " seco."]
    assert [(repeats.take(text), repeats.repeating) for text in steps] == [
        ("", True),
        ("", False),
        (" seco.", False),
    ]


def test_text_without_spaces() -> None:
    repeats = RepeatFilter(said(JAPANESE))
    assert repeats.take("今日は水の話です。") == ""
    assert repeats.take("ありがとう。") == "ありがとう。"


def test_a_sentence_within_a_text_without_spaces_is_known() -> None:
    repeats = RepeatFilter(said(["".join(JAPANESE)]))
    assert repeats.take("今日は水の話です。ありがとう。") == "ありがとう。"


@pytest.mark.parametrize(
    ("language", "text", "finished"),
    [
        ("ja", '言った。"', True),
        ("ar", "قال؟", True),
        ("en", "We met Dr.", False),
        ("de", "Wir kommen am 3.", False),
        ("ko", "감사합니다.", True),
        ("th", "ขอบคุณครับ", True),
    ],
)
def test_a_sentence_is_finished_where_captions_end_it(
    language: str, text: str, *, finished: bool
) -> None:
    assert SaidText(language).add(text) is finished


def test_an_abbreviation_may_turn_out_to_have_ended_a_sentence() -> None:
    known = SaidText("en")
    assert not known.add("It was 5 p.m.")
    known.sound()
    assert not known.add(" Then we")
    assert [sentence.text for sentence in known.sentences] == ["It was 5 p.m."]
    assert (known.open.text, known.open.sounded_words) == (" Then we", 0)
    assert known.sentences[0].sounded_words == 4


def test_what_never_ends_a_sentence_is_not_kept_for_ever() -> None:
    known = SaidText("en")
    for _ in range(1_000):
        known.add(" and so on")
    assert len(known.open.text) < LONGEST_OPEN_CHARACTERS


def test_korean_words_are_compared_whole() -> None:
    known = SaidText("ko")
    known.add("오늘은 물 이야기입니다.")
    repeats = RepeatFilter(known)
    assert repeats.take("오늘은 물 이야기입니다.") == ""
    assert repeats.take(" 감사합니다.") == " 감사합니다."


def test_thai_is_compared_letter_by_letter() -> None:
    known = SaidText("th")
    known.add("วันนี้เราจะพูดถึงน้ำครับ")
    repeats = RepeatFilter(known)
    assert repeats.take("วันนี้เราจะพูด") + repeats.take("ถึงน้ำครับ") == ""
    assert repeats.take(" ขอบคุณ") == " ขอบคุณ"
