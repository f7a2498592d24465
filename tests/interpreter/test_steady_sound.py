"""Dropouts in a recording from a page are found."""

import numpy as np
import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from tests.interpreter.human_speech import silence
from tests.interpreter.steady_sound import steady_part
from tests.support.sound import RATE_HZ, Samples, samples

BEFORE_S, GAIN, SECONDS = 3, 0.6, 6


@pytest.fixture(scope="module")
def channel() -> Samples:
    """Three sentences with pauses, in a channel that begins before the page."""
    voices = rendered.load()
    spoken = [voices.sound(one.spoken_text("es"), "es") for one in talk.load().sentences[:3]]
    return samples(silence(BEFORE_S * 1000) + b"".join(one + silence(500) for one in spoken))


def page(channel: Samples) -> Samples:
    """The same in a page that is quieter and was opened later."""
    return GAIN * channel[(BEFORE_S - 1) * RATE_HZ :]


def test_a_steady_part_begins_with_a_sentence(channel: Samples) -> None:
    part = steady_part(page(channel), channel, SECONDS)
    assert part is not None
    assert len(part) == SECONDS * RATE_HZ
    level = np.sqrt(np.mean(part**2))
    assert np.sqrt(np.mean(part[: RATE_HZ // 50] ** 2)) < 0.1 * level, "it begins softly"
    assert np.sqrt(np.mean(part[RATE_HZ // 20 : RATE_HZ // 2] ** 2)) > 0.2 * level


@pytest.mark.parametrize("length_ms", [100, 700])
@pytest.mark.parametrize("waits", [False, True], ids=["lost", "late"])
def test_a_page_that_ran_dry_has_none(
    channel: Samples,
    length_ms: int,
    waits: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    heard = page(channel)
    gap = length_ms * RATE_HZ // 1000
    for at in range(2 * RATE_HZ, len(heard) - gap, 3 * RATE_HZ):
        after = heard[at:] if waits else heard[at + gap :]
        heard = np.concatenate((heard[:at], np.zeros(gap), after))
    assert steady_part(heard, channel, SECONDS) is None
