import pytest

from broadcaster.booths.spoken_language import LanguageWatch, SpokenLanguage
from broadcaster.rehearsal import talk

SENTENCES = talk.load().sentences
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


def test_a_name_or_a_number_changes_nothing() -> None:
    spoken = SpokenLanguage()
    spoken.add(SENTENCES[0].text)
    spoken.add("1984")
    assert spoken.language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interpreter_of_its_own_language_is_left_alone(language: str) -> None:
    watch = LanguageWatch(language)
    for _ in range(3):
        assert not any(watch.add(f" {s.translations[language]}") for s in SENTENCES)


def test_an_interpreter_of_another_language_is_noticed_and_then_given_time() -> None:
    watch = LanguageWatch("fr")
    alarms = [
        number
        for number, sentence in enumerate([*SENTENCES, *SENTENCES])
        if watch.add(f" {sentence.translations['es']}")
    ]
    assert alarms
    assert alarms[0] <= 6
    assert len(alarms) <= 3
