"""Two human interpreters in turns with the AI, as their listeners hear and read it."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.interpreters.sites import apart
from tests.e2e.interpreters.voices import ANA, LUC
from tests.e2e.interpreters.walk import Walk, walk

pytestmark = pytest.mark.browser

LEAST_OFF_DB = -40.0
"""A voice that should not be heard is at least this much quieter than it would be."""
SURELY_R = 0.65
"""Sound that was coded thrice fits its source by more, and another voice by less."""
HUMANS = (("take", "handover"), ("handover", "lost"), ("back", "release"))
AI = (("ai", "take"), ("lost", "back"), ("release", "end"))


async def test_humans_and_the_ai_share_a_channel_in_turns(tmp_path: Path) -> None:
    done = await walk(apart, tmp_path)
    assert done.people == [
        ("human", "Ana", ""),
        ("human", "Luc", ""),
        ("ai", "Luc", "connection_lost"),
        ("human", "Luc", ""),
        ("ai", "", "by_hand"),
    ]
    _check_sound(done)
    _check_captions(done)
    _check_relay(done)


def _check_sound(done: Walk) -> None:
    for voice, begins, ends in (
        (LUC, "take", "handover"),
        (ANA, "handover", "lost"),
        (LUC, "lost", "back"),
        (LUC, "release", "end"),
    ):
        assert done.leak_db(voice, begins, ends) < LEAST_OFF_DB, (voice.name, begins)
    for voice, step in ((ANA, "take"), (LUC, "handover"), (LUC, "back")):
        assert done.heard_after_s(voice, step) < float("inf"), (voice.name, step)
    for voice, step in ((ANA, "handover"), (LUC, "lost"), (LUC, "release")):
        assert done.gone_after_s(voice, step) < float("inf"), (voice.name, step)


def _check_relay(done: Walk) -> None:
    """The listener of Portuguese hears what is interpreted from the French of the human on air."""
    for voice, off, step, ends in ((ANA, LUC, "take", "handover"), (LUC, ANA, "back", "release")):
        fit = done.relay_fit(voice, step, ends, "fr")
        assert fit > SURELY_R, voice.name
        for channel in ("es", "floor"):
            assert done.relay_fit(voice, step, ends, channel) < SURELY_R, (voice.name, channel)
        assert done.relay_leak_db(voice, off, step, ends) < LEAST_OFF_DB, voice.name


def _check_captions(done: Walk) -> None:
    """Every stretch is in the captions, once and in order."""
    for begins, ends in AI:
        assert done.texts_between(begins, ends), f"captions from {begins} to {ends}"
    for (begins, ends), voice in zip(HUMANS, (ANA, LUC, LUC), strict=True):
        written = " ".join(done.texts_between(begins, ends))
        assert voice.name in written, f"captions from {begins} to {ends}"
    written = " ".join(text for _, _, text in done.captions)
    numbers = [int(number) for number in re.findall(r"phrase (\d+)", written)]
    assert numbers == sorted(set(numbers)), "each sentence once, and in order"
    assert done.captions == sorted(done.captions)
    for (_, ended, _), (begins_at, _, _) in pairwise(done.captions):
        assert ended <= begins_at + 0.001
    texts = [text for begins, ends in AI for text in done.texts_between(begins, ends)]
    assert len(texts) == len(set(texts))
