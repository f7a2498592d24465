"""The voices of the prepared talk that were rendered ahead."""

import asyncio
import json

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.render_voices import encoded
from broadcaster.rehearsal.speaking.kokoro_files import KOKORO, VOICES
from broadcaster.rehearsal.speaking.voice import RehearsalVoice, render, render_all
from broadcaster.rehearsal.talk import rendered
from tests.support.sound import quick_matches, samples, surely

MOST_BYTES = 3_000_000
SENTENCES = talk.load().sentences


def test_every_sentence_has_the_sound_of_its_text() -> None:
    """If a text was changed: python -m broadcaster.rehearsal.render_voices"""
    voices = rendered.load()
    assert voices.languages() == set(VOICES) & (talk.load().languages() | {"en"})
    for language in voices.languages():
        texts = [one.spoken_text(language) for one in SENTENCES if language in one.translations]
        assert all(voices.has(text, language) for text in texts), language


def test_the_files_are_small_and_name_what_made_them() -> None:
    files = list(rendered.FOLDER.iterdir())
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    index = json.loads(rendered.INDEX_PATH.read_text())
    assert index["weights_sha256"] == KOKORO.sha256
    for language, entry in index["voices"].items():
        path = rendered.FOLDER / f"{language}.opus"
        assert path.stat().st_size == sum(one["bytes"] for one in entry["sentences"])
        assert entry["voice"] == VOICES[language][0]


@pytest.mark.parametrize("language", sorted(rendered.load().languages()))
def test_a_sentence_is_as_loud_as_the_simple_voice_and_ends_with_a_pause(language: str) -> None:
    texts = [one.spoken_text(language) for one in SENTENCES if language in one.translations]
    for text in texts[:3]:
        sound = np.frombuffer(rendered.load().sound(text, language), "<i2") / 32_768
        speech, pause = sound[:-2_880], sound[-2_880:]
        level = 20 * np.log10(np.sqrt(np.mean(speech**2)))
        assert level == pytest.approx(-18.5, abs=0.7), text
        assert 20 * np.log10(np.max(np.abs(speech))) < -1.5, text
        assert not pause.any()
        assert 1.0 < len(speech) / 24_000 < 8.0


def test_a_sentence_keeps_its_length_and_its_sound_in_the_file() -> None:
    [whole] = render_all([SENTENCES[0].spoken_text("es")], "es")
    sound = samples(whole)[:-2_880]
    again = samples(rendered.decoded(encoded(sound, 7)))
    assert len(again) == len(sound)
    assert surely(quick_matches(again, sound)) >= len(sound) // 12_000 - 1


async def test_the_voice_speaks_them_at_its_usual_pace_alone() -> None:
    voice = RehearsalVoice(ahead=rendered.load())
    text = SENTENCES[0].spoken_text("es")
    assert await voice.speak(text, "es") == await asyncio.to_thread(render, text, "es")
    assert len(await voice.speak(text, "es", 5_000)) == pytest.approx(5_000 * 48, abs=48)
    other = await voice.speak("Hola.", "es")
    await voice.close()
    assert 0 < len(other) < 48_000
