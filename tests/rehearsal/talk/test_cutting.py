"""Cutting the rendered sentences of the prepared talk between their words."""

import asyncio
from functools import cache

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.voice import RehearsalVoice
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.talk.cutting import FADE, CuttableSentence, word_places
from broadcaster.rehearsal.talk.parts import TextPart, units_of
from tests.support.sound import Samples, samples

LANGUAGES = sorted(rendered.load().languages())
STEP = 240


@cache
def sentences(language: str) -> list[tuple[str, Samples, CuttableSentence]]:
    """The text of every sentence that has a rendered voice, its sound, and where it can be cut."""
    texts = [
        one.spoken_text(language) for one in talk.load().sentences if language in one.translations
    ]
    sounds = [rendered.load().sound(text, language) for text in texts]
    return [
        (text, samples(pcm), CuttableSentence(pcm, text))
        for text, pcm in zip(texts, sounds, strict=True)
    ]


def part(sentence: CuttableSentence, text: str, begin: int, end: int) -> Samples:
    return samples(sentence.sound(TextPart(text, begin, end)))


def power(sound: Samples, at: int) -> float:
    return float(np.mean(sound[at - STEP : at + STEP] ** 2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_together_are_the_sentence_wherever_it_is_cut(language: str) -> None:
    for text, sound, sentence in sentences(language):
        count = len(units_of(text))
        assert np.array_equal(part(sentence, text, 0, count), sound)
        assert min(np.diff(sentence.places)) >= STEP, text
        for cut in range(1, count):
            at = sentence.places[cut]
            halves = [part(sentence, text, 0, cut), part(sentence, text, cut, count)]
            assert [half.size for half in halves] == [at, sound.size - at]
            together = np.concatenate(halves)
            changed = np.flatnonzero(together != sound)
            assert changed.size == 0 or at - FADE <= changed[0] <= changed[-1] < at + FADE
            assert np.all(np.abs(together) <= np.abs(sound)), "it only fades"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cut_does_not_click(language: str) -> None:
    """Both sides end at zero, and the fade has no step that the voice has not."""
    for text, sound, sentence in sentences(language):
        loudest_step = np.max(np.abs(np.diff(sound)))
        for cut in range(1, len(units_of(text))):
            at = sentence.places[cut]
            before = part(sentence, text, cut - 1, cut)
            after = part(sentence, text, cut, cut + 1)
            assert before[-1] == after[0] == 0
            around = np.concatenate([before[-2 * FADE :], [0], after[: 2 * FADE]])
            own = np.max(np.abs(np.diff(sound[at - 2 * FADE : at + 2 * FADE])))
            reach = np.max(np.abs(sound[at - FADE : at + FADE]))
            assert np.max(np.abs(np.diff(around))) <= own + reach * np.pi / 2 / FADE + 1
            assert np.max(np.abs(np.diff(around))) <= loudest_step


@pytest.mark.parametrize("language", LANGUAGES)
def test_cuts_are_where_the_voice_is_quiet(language: str) -> None:
    """Less so where cuts are between the characters of a word."""
    share = 0.5 if language in ("ja", "zh") else 0.2
    cuts, usual = [], []
    for _, sound, sentence in sentences(language):
        cuts += [power(sound, at) for at in sentence.places[1:-1]]
        usual += [power(sound, at) for at in range(STEP, sound.size - STEP, STEP)]
    assert np.median(cuts) < share * np.median(usual)


def test_a_cut_at_a_comma_is_in_the_pause_there() -> None:
    words = ["Water,", "water", "everywhere."]
    noise = np.random.default_rng(7).normal(0, 3_000, 48_000)
    for pause_at in (13_000, 18_000):
        sound = noise.copy()
        sound[pause_at : pause_at + 5_000] = 0
        places = word_places(np.rint(sound).astype("<i2"), words)
        assert pause_at <= places[1] <= pause_at + 5_000


def test_silence_is_cut_by_its_length() -> None:
    assert word_places(np.zeros(1_000, "<i2"), ["one", "two"]) == [0, 500, 1_000]


async def test_the_voice_speaks_parts_of_rendered_sentences_alone() -> None:
    voice, sentence = RehearsalVoice(ahead=rendered.load()), talk.load().sentences[0]
    text = sentence.spoken_text("es")
    middle = len(units_of(text)) // 2
    first, second = TextPart(text, 0, middle), TextPart(text, middle, len(units_of(text)))
    parts = [await voice.speak_part(one, "es") for one in (first, second)]
    whole = await asyncio.to_thread(rendered.load().sound, text, "es")
    assert len(b"".join(parts)) == len(whole)
    assert await voice.speak_part(TextPart.all_of(text), "es") == whole
    slow = await voice.speak_part(first, "es", 3_000)
    german = await voice.speak_part(TextPart("Guten Morgen zusammen", 0, 2), "de")
    assert german == await voice.speak("Guten Morgen", "de")
    await voice.close()
    assert len(slow) == pytest.approx(3_000 * 48, abs=48)
