import random

import numpy as np
import pytest

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.sessions.overlap import LONGEST_OPEN_CHARACTERS, SaidText, Seam

SAID = [" Buenos días a todos.", " Me llamo Clara.", " Hoy hablamos del agua."]
JAPANESE = ["おはようございます。", "今日は水の話です。"]


def said(sentences: list[str], unfinished: str = "") -> SaidText:
    text = SaidText("")
    for sentence in sentences:
        assert text.add(sentence)
    if unfinished:
        assert not text.add(unfinished)
    return text


def through(seam: Seam, text: str, seed: int) -> str:
    chance, fresh = random.Random(seed), ""
    words = text.split(" ")
    fragments = [words[0], *(f" {word}" for word in words[1:])]
    while fragments:
        count = chance.randint(1, 4)
        fresh += seam.take("".join(fragments[:count]))
        fragments = fragments[count:]
    return fresh + seam.flush()


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
    assert through(Seam(said(known, unfinished)), heard, seed) == fresh


def test_a_phrase_that_was_cut_elsewhere_is_known() -> None:
    known = SaidText("")
    for phrase in (" Hoy hablamos del agua y", " de la lluvia.", " Gracias"):
        known.add(phrase)
        known.end()
    heard = " Hoy hablamos del agua y de la lluvia. Gracias a todos."
    assert through(Seam(known), heard, seed=1).strip() == "a todos."


def test_the_sound_of_repeated_words_is_known() -> None:
    known = said(SAID)
    known.sound()
    seam = Seam(known)
    steps = ["Hoy hablamos del agua", ".", " El pozo"]
    assert [(seam.take(text), seam.repeating) for text in steps] == [
        ("", True),
        ("", True),
        (" El pozo", False),
    ]


def test_words_that_had_no_sound_yet_are_heard() -> None:
    known = said(SAID, " El pozo")
    known.sound()
    known.add(" está")
    seam = Seam(known)
    steps = [" El pozo", " está", " seco."]
    assert [(seam.take(text), seam.repeating) for text in steps] == [
        ("", True),
        ("", False),
        (" seco.", False),
    ]


def test_text_without_spaces() -> None:
    seam = Seam(said(JAPANESE))
    assert seam.take("今日は水の話です。") == ""
    assert seam.take("ありがとう。") == "ありがとう。"


def test_a_sentence_within_a_text_without_spaces_is_known() -> None:
    seam = Seam(said(["".join(JAPANESE)]))
    assert seam.take("今日は水の話です。ありがとう。") == "ありがとう。"


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
    seam = Seam(known)
    assert seam.take("오늘은 물 이야기입니다.") == ""
    assert seam.take(" 감사합니다.") == " 감사합니다."


def test_thai_is_compared_letter_by_letter() -> None:
    known = SaidText("th")
    known.add("วันนี้เราจะพูดถึงน้ำครับ")
    seam = Seam(known)
    assert seam.take("วันนี้เราจะพูด") + seam.take("ถึงน้ำครับ") == ""
    assert seam.take(" ขอบคุณ") == " ขอบคุณ"


def speech(seconds: float, level: float = 8_000) -> bytes:
    t = np.arange(int(seconds * 24_000))
    return (level * np.sin(t / 9)).astype("<i2").tobytes()


def remembered(*parts: tuple[float, bool]) -> FloorMemory:
    """A floor of (seconds, speaking) parts."""
    pcm = b"".join(speech(s) if loud else bytes(int(s * 24_000) * 2) for s, loud in parts)
    memory = FloorMemory()
    for start in range(0, len(pcm) - 9_599, 9_600):
        memory.push(Block(start // 2, pcm[start : start + 9_600]))
    return memory


def test_pauses_are_found() -> None:
    memory = remembered((1.0, True), (0.4, False), (1.0, True), (0.1, False), (1.1, True))
    assert memory.pause_before(3 * 24_000) == pytest.approx(1.2 * 24_000, abs=600)
    assert memory.pause_before(24_000 // 2) == 0
    assert memory.spoken == pytest.approx(3.1 * 24_000, abs=2_000)
    assert memory.paused_for() == 0


def test_a_pause_that_goes_on_counts() -> None:
    memory = remembered((1.0, True), (1.0, False))
    assert memory.paused_for() == pytest.approx(24_000, abs=600)
    assert 24_000 <= memory.pause_before(2 * 24_000) <= 36_000


def test_blocks_are_found_by_position_and_forgotten_in_time() -> None:
    memory = remembered((80.0, True))
    block = memory.after(70 * 24_000)
    assert block is not None
    assert block.position == 70 * 24_000
    assert memory.after(80 * 24_000) is None
    oldest = memory.after(0)
    assert oldest is not None
    assert oldest.position == 20 * 24_000
