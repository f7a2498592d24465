"""Words are settled when two readings agree."""

from broadcaster.rehearsal.whisper.agreement import Agreement
from broadcaster.rehearsal.whisper.hypothesis import HeardWord


def reading(text: str) -> list[HeardWord]:
    words = text.split(" ")
    return [HeardWord(f" {word}", n * 300, n * 300 + 250) for n, word in enumerate(words)]


def settled(agreement: Agreement, text: str) -> str:
    return "".join(word.text for word in agreement.settled(reading(text))).strip()


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
