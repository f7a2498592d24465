"""The sounds are what they say, and the same in each run."""

import numpy as np
import pytest

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.sounds.catalogue import SOUNDS
from tests.interpreter.sounds.with_speech import CASES

SECONDS = 2.5


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_a_sound_is_heard_and_never_changes(name: str) -> None:
    sound = SOUNDS[name](SECONDS)
    assert sound.size == round(SECONDS * SAMPLE_RATE_HZ)
    level_dbfs = 20 * np.log10(np.sqrt(np.mean(sound**2)))
    assert -65 < level_dbfs < 0
    assert np.array_equal(sound, SOUNDS[name](SECONDS))


def test_speech_and_a_sound_share_a_scene() -> None:
    scene = CASES["speech, then applause, +0 dB"].scene(1, 2.0)
    assert scene.words[:3] == ["he", "was", "not"]
    assert scene.sound.size > 4.9 * SAMPLE_RATE_HZ
