"""Sentences of a word or two, which are as short as what is invented. They must be heard."""

import numpy as np

from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.human_speech import plain_words
from tests.interpreter.sounds.building import Samples, at_level, placed
from tests.interpreter.sounds.noises import quiet_room
from tests.interpreter.sounds.with_speech import Scene

SENTENCES = (
    *("Thank you.", "Good morning!", "Yes, of course.", "Next slide, please.", "Thank you."),
    *("Not yet.", "Okay.", "Thank you very much."),
)
_PAUSE_S = 1.5
_SPEECH_DBFS = -24.0


async def short_sentences() -> Scene:
    """All of them with pauses, by the natural voice."""
    voice, pieces, at_s = NaturalVoice(latest_s=600.0), list[tuple[float, Samples]](), 0.5
    try:
        for sentence in SENTENCES:
            pcm = await voice.speak(sentence, "en")
            assert pcm is not None, "the natural voice is not installed"
            spoken = at_level(np.frombuffer(pcm, "<i2") / 32_768, _SPEECH_DBFS)
            pieces.append((at_s, spoken))
            at_s += spoken.size / SAMPLE_RATE_HZ + _PAUSE_S
    finally:
        await voice.close()
    return Scene(quiet_room(at_s) + placed(at_s, pieces), plain_words(" ".join(SENTENCES)))
