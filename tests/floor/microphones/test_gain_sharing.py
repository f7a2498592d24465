"""Gain sharing: gains from levels, block by block."""

import math

import pytest

from broadcaster.floor.microphones.gain_sharing import CHANGES_MS, LEAST_SHARE, GainSharing

SPEECH = 10 ** (-25 / 10)
ROOM = 10 ** (-62 / 10)
FAN = 10 ** (-40 / 10)


def after(sharing: GainSharing, seconds: float, **powers: float) -> dict[str, float]:
    """The gains in dB after these levels for a time."""
    gains = dict.fromkeys(powers, 1.0)
    for _ in range(round(seconds * 50)):
        gains = sharing.share(powers)
    return {one: 20 * math.log10(gain) for one, gain in gains.items()}


def test_a_microphone_alone_is_passed_on_as_it_is() -> None:
    sharing = GainSharing()
    for power in (ROOM, SPEECH, 0.0):
        assert after(sharing, 1, chair=power) == {"chair": 0.0}


def test_the_gains_are_those_of_one_microphone_and_follow_the_voices() -> None:
    sharing = GainSharing()
    silent = after(sharing, 1, chair=ROOM, panel=ROOM)
    assert silent == pytest.approx({"chair": -3.0, "panel": -3.0}, abs=0.1)
    alone = after(sharing, 1, chair=SPEECH, panel=ROOM)
    assert alone["chair"] == pytest.approx(0, abs=0.1)
    assert alone["panel"] == pytest.approx(10 * math.log10(LEAST_SHARE), abs=0.1)
    both = after(sharing, 1, chair=SPEECH, panel=SPEECH)
    assert both == pytest.approx({"chair": -3.0, "panel": -3.0}, abs=0.3)
    apart = after(sharing, 1, chair=SPEECH, panel=SPEECH / 10)
    assert apart["chair"] - apart["panel"] == pytest.approx(10, abs=0.5)
    for _ in range(200):
        gains = sharing.share({"chair": SPEECH, "panel": FAN, "third": ROOM})
        assert sum(gain**2 for gain in gains.values()) == pytest.approx(1)


def test_the_last_microphone_stays_open_while_nobody_speaks() -> None:
    sharing = GainSharing()
    spoken = after(sharing, 2, chair=ROOM, panel=SPEECH)
    assert after(sharing, 30, chair=ROOM, panel=ROOM) == pytest.approx(spoken, abs=0.2)


def test_steady_noise_is_no_voice() -> None:
    sharing = GainSharing()
    after(sharing, 20, chair=ROOM, panel=FAN)
    assert after(sharing, 1, chair=SPEECH / 100, panel=FAN)["chair"] > -0.5
    assert sharing.loudest == "chair"


def test_the_first_block_of_a_word_is_heard() -> None:
    sharing = GainSharing()
    after(sharing, 2, chair=SPEECH, panel=ROOM)
    assert after(sharing, 0.02, chair=ROOM, panel=SPEECH)["panel"] > -6


def test_a_short_sound_is_not_a_speaker() -> None:
    sharing = GainSharing()
    after(sharing, 2, chair=SPEECH, panel=ROOM)
    after(sharing, CHANGES_MS / 2_000, chair=ROOM, panel=SPEECH * 4)
    after(sharing, 0.3, chair=SPEECH * 8, panel=ROOM)
    assert sharing.loudest == "chair"
    after(sharing, 2, chair=ROOM, panel=SPEECH)
    assert sharing.loudest == "panel"
    after(sharing, 2, chair=SPEECH)
    assert sharing.loudest == "chair", "the other one has left"
