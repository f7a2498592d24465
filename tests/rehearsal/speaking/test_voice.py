"""The server's voice."""

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice

SENTENCES = talk.load().sentences


async def test_the_voice_says_the_same_every_time_and_equally_loud_in_all_languages() -> None:
    one, other = voice.RehearsalVoice(), voice.RehearsalVoice()
    for language in sorted(talk.load().languages()):
        texts = [sentence.spoken_text(language) for sentence in SENTENCES[:4]]
        first = [await one.speak(text, language) for text in texts]
        assert [await other.speak(text, language) for text in texts[::-1]] == first[::-1]
        samples = np.frombuffer(b"".join(first), "<i2") / 32768
        assert 20 * np.log10(np.max(np.abs(samples))) <= -2.9
        level = 20 * np.log10(np.sqrt(np.mean(samples**2)))
        assert level == pytest.approx(-18.3, abs=0.7), language
    for speaker in (one, other):
        await speaker.close()


def test_a_language_without_a_voice_is_silent() -> None:
    assert voice.render("Hallo", "xx") == b""


async def test_a_voice_can_be_slow_in_every_language() -> None:
    sentence, speaker = SENTENCES[6], voice.RehearsalVoice()
    for language in sorted(talk.load().languages()):
        for factor in (1.0, 1.3, 1.5):
            wanted_ms = round((sentence.end_ms - sentence.start_ms) * factor)
            pcm = await speaker.speak(sentence.spoken_text(language), language, wanted_ms)
            assert len(pcm) / 48 == pytest.approx(wanted_ms, abs=1), (language, factor)
    await speaker.close()
