"""Phrases for the translation, and the prepared talk in them."""

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, words_of
from broadcaster.rehearsal.whisper.hypothesis import HeardWord
from broadcaster.rehearsal.whisper.phrases import Phrases

TALK = (
    "My name is Clara, and I will be your host today.",
    "We are happy to see so many friends from around the world.",
)


def phrases() -> Phrases:
    return Phrases(Script([words_of(sentence) for sentence in TALK]))


def spoken(text: str, from_ms: int = 0, word_ms: int = 300) -> list[HeardWord]:
    return [
        HeardWord(f" {word}", from_ms + n * word_ms, from_ms + n * word_ms + word_ms - 50)
        for n, word in enumerate(text.split(" "))
    ]


def texts(heard: list[Recognition]) -> list[tuple[str, int]]:
    return [(one.text, one.matched) for one in heard]


def test_a_sentence_is_whole_at_its_full_stop() -> None:
    one = phrases()
    one.add(spoken("The price was fair. The brakes"), "en")
    assert texts(one.cut(ended=False)) == [("The price was fair.", -1)]
    assert one.text == "The brakes"
    assert one.start_ms == 4 * 300
    assert [(begun.kind, begun.text) for begun in one.begun()] == [("begun", "The brakes")]


def test_a_word_that_may_go_on_is_not_shown() -> None:
    one = phrases()
    one.add(spoken("rather cold"), "en")
    hearted = HeardWord("-hearted", 600, 900)
    [begun] = one.begun([hearted, HeardWord(" and", 900, 1_000)])
    assert begun.text == "rather"
    one.add([hearted], "en")
    assert [begun.text for begun in one.begun([HeardWord(" and", 900, 1_000)])] == [
        "rather cold-hearted"
    ]


def test_a_title_ends_no_sentence() -> None:
    one = phrases()
    one.add(spoken("And Mr. John Dashwood"), "en")
    assert one.cut(ended=False) == []


def test_at_a_pause_everything_is_returned() -> None:
    one = phrases()
    one.add(spoken("The price was fair although"), "en")
    assert texts(one.cut(ended=True)) == [("The price was fair although", -1)]
    assert one.start_ms is None


def test_a_long_sentence_is_cut_at_a_comma() -> None:
    one = phrases()
    one.add(spoken("on and on and on, and then on and on", word_ms=1_000), "en")
    assert texts(one.cut(ended=False)) == [("on and on and on,", -1)]


def test_a_sentence_without_commas_is_cut_when_it_is_too_long() -> None:
    one = phrases()
    one.add(spoken(" ".join(["on"] * 16), word_ms=1_000), "en")
    assert texts(one.cut(ended=False)) == [(" ".join(["on"] * 16), -1)]


def test_a_sentence_of_the_talk_is_found_though_a_word_is_wrong() -> None:
    one = phrases()
    heard = "My name is Clara and I will be your hosts today. We are happy"
    one.add(spoken(heard), "en")
    assert texts(one.cut(ended=False)) == [("My name is Clara and I will be your hosts today.", 0)]
    assert one.text == "We are happy"


def test_a_full_stop_within_a_sentence_of_the_talk_does_not_cut_it() -> None:
    one = phrases()
    one.add(spoken("My name is Clara. And I will"), "en")
    assert one.cut(ended=False) == []
    one.add(spoken("be your host today. We", from_ms=7 * 300), "en")
    assert texts(one.cut(ended=False)) == [("My name is Clara. And I will be your host today.", 0)]


def test_languages_without_spaces_show_whole_phrases_only() -> None:
    one = phrases()
    one.add(
        [HeardWord(letter, n * 200, n * 200 + 150) for n, letter in enumerate("私は元気")], "ja"
    )
    assert one.begun() == []
    assert texts(one.cut(ended=True)) == [("私は元気", -1)]
