import pytest

from broadcaster.booths.text.spoken_language import LanguageWatch, SpokenLanguage
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.sessions.output import pieces

SENTENCES = [sentence for sentence in talk.load().sentences if sentence.language == "en"]
LANGUAGES = sorted(SENTENCES[0].translations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_a_talk_is_found(language: str) -> None:
    spoken = SpokenLanguage()
    for sentence in SENTENCES[:3]:
        spoken.add(sentence.translations[language])
    assert spoken.language == language


def test_a_change_of_language_is_noticed_within_two_sentences() -> None:
    spoken = SpokenLanguage()
    for sentence in SENTENCES[:4]:
        spoken.add(sentence.text)
    assert spoken.language == "en"
    for sentence in SENTENCES[4:6]:
        spoken.add(sentence.translations["es"])
    assert spoken.language == "es"


def said(language: str) -> list[str]:
    """The whole talk in one language."""
    return [
        sentence.text if sentence.language == language else sentence.translations[language]
        for sentence in talk.load().sentences
    ]


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_fragments_are_never_taken_for_another_language(language: str) -> None:
    spoken, found = SpokenLanguage(), set()
    for sentence in said(language):
        for fragment in pieces(sentence):
            spoken.add(fragment if fragment[0] == " " else f" {fragment}")
            found.add(spoken.language)
    assert found <= {"", language}


@pytest.mark.parametrize(("before", "after"), [("en", "es"), ("es", "en"), ("fr", "en")])
def test_the_first_words_of_most_sentences_tell_the_language(before: str, after: str) -> None:
    needed = []
    for last, first in zip(said(before), said(after)[1:], strict=False):
        spoken, characters = SpokenLanguage(), 0
        spoken.add(last)
        for fragment in pieces(first):
            spoken.add(fragment)
            characters += len(fragment)
            if spoken.language == after:
                needed.append(characters)
                break
    assert len(needed) >= 0.9 * (len(said(after)) - 1)
    assert sorted(needed)[len(needed) // 2] <= 30


def test_a_name_or_a_number_changes_nothing() -> None:
    spoken = SpokenLanguage()
    spoken.add(SENTENCES[0].text)
    spoken.add("1984")
    assert spoken.language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interpreter_of_its_own_language_is_left_alone(language: str) -> None:
    watch = LanguageWatch(language)
    for _ in range(3):
        alarms = [watch.add(f" {s.translations[language]}", 0) for s in SENTENCES]
        assert not any(alarm is not None for alarm in alarms)


def test_an_interpreter_of_another_language_is_noticed_and_then_given_time() -> None:
    watch = LanguageWatch("fr")
    alarms = [
        number
        for number, sentence in enumerate([*SENTENCES, *SENTENCES])
        if watch.add(f" {sentence.translations['es']}", number) is not None
    ]
    assert alarms
    assert alarms[0] <= 6
    assert len(alarms) <= 3


def test_what_was_said_in_the_wrong_language_is_known() -> None:
    watch = LanguageWatch("fr")
    texts = [s.translations["fr"] for s in SENTENCES[:4]]
    texts += [s.translations["es"] for s in SENTENCES[4:]]
    marks = [watch.add(f" {text}", number) for number, text in enumerate(texts)]
    first = next(mark for mark in marks if mark is not None)
    assert 2 <= first <= 4
