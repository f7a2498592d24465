"""Words are settled when two readings agree."""

from broadcaster.rehearsal.whisper.agreement import Agreement
from broadcaster.rehearsal.whisper.hypothesis import HeardWord


def reading(text: str) -> list[HeardWord]:
    words = text.split(" ")
    return [HeardWord(f" {word}", n * 300, n * 300 + 250) for n, word in enumerate(words)]


def settled(agreement: Agreement, text: str, until_ms: int = 10_000) -> str:
    return "".join(word.text for word in agreement.settled(reading(text), until_ms)).strip()


def test_one_reading_settles_nothing() -> None:
    assert settled(Agreement(), "It was the best of times.") == ""


def test_the_words_of_two_readings_are_settled_but_the_last() -> None:
    agreement = Agreement()
    settled(agreement, "It was the beast.")
    assert settled(agreement, "It was the best of times.") == "It was"


def test_case_and_punctuation_are_those_of_the_newest_reading() -> None:
    agreement = Agreement()
    settled(agreement, "it was. the best")
    assert settled(agreement, "It was, the best of") == "It was, the"


def test_the_next_reading_begins_after_the_settled_words() -> None:
    agreement = Agreement()
    settled(agreement, "It was the best")
    assert settled(agreement, "It was the best of times") == "It was the"
    assert settled(agreement, "best of times it was") == "best of"


def test_what_was_forgotten_settles_nothing() -> None:
    agreement = Agreement()
    settled(agreement, "It was the best")
    agreement.forget()
    assert settled(agreement, "It was the best") == ""


def test_a_word_that_may_not_be_over_waits() -> None:
    agreement = Agreement()
    settled(agreement, "It was the best of")
    assert settled(agreement, "It was the best of times", until_ms=1_000) == "It was"
    assert settled(agreement, "the best of times", until_ms=1_000) == "the best"


def test_a_compound_is_settled_as_a_whole() -> None:
    def words(*texts: str) -> list[HeardWord]:
        return [HeardWord(text, n * 300, n * 300 + 250) for n, text in enumerate(texts)]

    agreement = Agreement()
    first = words(" an", " ill", "-disposed", " young")
    agreement.settled(first, 10_000)
    assert agreement.settled([*first[:3], *words(" you")], 10_000) == first[:1]
    second = words(" ill", "-disposed", " young", " man")
    assert not agreement.settled(second, 10_000)
    assert agreement.settled(second, 10_000) == second[:3]


def test_a_script_without_spaces_is_settled_word_by_word() -> None:
    agreement, words = Agreement(), [HeardWord(one, 0, 250) for one in "私は元気"]
    agreement.settled(words, 10_000)
    assert agreement.settled(words, 10_000) == words[:3]
