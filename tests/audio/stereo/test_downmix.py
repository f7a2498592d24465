"""Whatever the cable does, the speech is heard at its level, and what is wrong has a name."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.audio.stereo.downmix import FADE_SAMPLES, StereoDownmix
from broadcaster.model.inputs.stereo_input import StereoInput
from tests.audio.stereo.wirings import (
    BOTH,
    HZ,
    LEFT,
    RIGHT,
    WIRINGS,
    Values,
    dbfs,
    found,
    hum,
    interleaved,
    mixed,
    passage,
    silence,
    worst_click,
)

SECONDS = 14.0
SETTLED_S = {"two languages": 9.0, "right hums under the talk": 6.0}
"""Seconds until a wiring is found out, if not 4."""
LEVELS_DBFS = (-12.0, -24.0, -36.0, -48.0)
PASSAGES_S = (0.0, 33.0)
ONE_QUANTUM = 2.0
"""Rounding adds this much to a step between samples."""
CHANGED = sorted(set(WIRINGS) - {"left, crosstalk", "right hisses", "panned", "two microphones"})


@pytest.mark.parametrize("at_s", PASSAGES_S)
@pytest.mark.parametrize("level_dbfs", LEVELS_DBFS)
@pytest.mark.parametrize("wiring", WIRINGS)
def test_each_wiring_is_found_out_and_the_speech_has_its_level(
    wiring: str, level_dbfs: float, at_s: float
) -> None:
    talk, other = passage(at_s, SECONDS, level_dbfs), passage(at_s + 55, SECONDS, level_dbfs)
    given_ = WIRINGS[wiring](talk, other, level_dbfs)
    made = mixed(given_.left, given_.right)
    settled_s = SETTLED_S.get(wiring, 4.0)
    assert made.reports[-1][1] == given_.report
    assert made.reports[-1][0] < settled_s
    settled = slice(int(settled_s * HZ), None)
    assert dbfs(made.mono[settled]) == pytest.approx(dbfs(given_.wanted[settled]), abs=1)
    assert worst_click(made.mono, given_.left, given_.right) < ONE_QUANTUM


@pytest.mark.parametrize(
    ("before", "after"), [(a, b) for a, b in itertools.product(CHANGED, repeat=2) if a != b]
)
def test_a_change_in_the_middle_is_followed_without_a_click(before: str, after: str) -> None:
    talk, other = passage(2, 18, -22), passage(49, 18, -22)
    cut = 8 * HZ
    one = WIRINGS[before](talk[:cut], other[:cut], -22)
    two = WIRINGS[after](talk[cut:], other[cut:], -22)
    left, right = np.concatenate((one.left, two.left)), np.concatenate((one.right, two.right))
    made = mixed(left, right)
    assert made.reports[-1][1].fault == two.report.fault
    assert made.reports[-1][1].faulty == two.report.faulty
    last = slice(-3 * HZ, None)
    assert dbfs(made.mono[last]) == pytest.approx(dbfs(two.wanted[last]), abs=1)
    assert worst_click(made.mono, left, right) < ONE_QUANTUM


@pytest.mark.parametrize("wiring", ["mono twice", "two microphones", "panned"])
def test_what_is_right_stays_as_it_is_for_the_whole_talk(wiring: str) -> None:
    talk = passage(0, 120)
    given_ = WIRINGS[wiring](talk, talk, -22)
    made = mixed(given_.left, given_.right)
    assert made.reports == [(0.0, found())]
    mean = (np.rint(given_.left) + np.rint(given_.right)) / 2
    assert np.abs(made.mono - mean).max() <= 0.5


def test_the_same_in_both_channels_is_not_touched() -> None:
    talk = passage(0, 5)
    assert np.array_equal(mixed(talk, talk).mono, np.rint(talk))


@pytest.mark.parametrize("room_dbfs", [None, -65.0, -52.0])
@pytest.mark.parametrize("wiring", ["mono twice", "inverted", "left only", "right hums"])
def test_pauses_change_nothing(wiring: str, room_dbfs: float | None) -> None:
    """Five seconds of speech, then a pause as long as the questions of an audience, three times."""
    talk = np.concatenate(
        [
            np.concatenate((passage(at, 6), silence(pause)))
            for at, pause in ((2, 3), (31, 15), (60, 8))
        ]
    )
    given_ = WIRINGS[wiring](talk, talk, -22)
    room = silence(len(talk) / HZ, room_dbfs)
    made = mixed(given_.left + room, given_.right + room)
    changes = [at_s for at_s, _ in made.reports[1:]]
    assert all(at_s < 5 for at_s in changes)
    if wiring == "left only" and room_dbfs == -52:
        assert made.reports[-1][1] == found("one_channel_hums", RIGHT, LEFT)
    else:
        assert made.reports[-1][1] == given_.report


def test_before_anybody_speaks_nothing_is_found() -> None:
    made = mixed(silence(20, -60), hum(20, -30))
    assert made.reports == [(0.0, found())]


def test_an_inverted_channel_costs_no_word() -> None:
    for at_s in PASSAGES_S:
        talk = np.concatenate((silence(2, -70), passage(at_s, 3)))
        made = mixed(talk, -talk)
        heard, said = (x[2 * HZ :].reshape(-1, 480) for x in (made.mono, talk))
        loud = np.flatnonzero(np.sqrt(np.mean(said**2, axis=1)) > 300)
        kept = np.sqrt(np.mean(heard[loud] ** 2, axis=1) / np.mean(said[loud] ** 2, axis=1))
        assert (kept > 0.5).all() or loud[kept <= 0.5].max() - loud[0] <= 2


def turns(room_dbfs: float | None) -> tuple[Values, Values]:
    """An interview: a microphone each, on a channel each."""
    sides: tuple[list[Values], list[Values]] = ([], [])
    at_s = 2.0
    for speaker, seconds in (
        (0, 6),
        (1, 8),
        (0, 5),
        (1, 6),
        (0, 9),
        (1, 3),
        (0, 4),
        (1, 12),
        (0, 6),
    ):
        sides[speaker].append(passage(at_s, seconds) + silence(seconds, room_dbfs, 3))
        sides[1 - speaker].append(silence(seconds, room_dbfs, 4))
        at_s += seconds
    return np.concatenate(sides[0]), np.concatenate(sides[1])


@pytest.mark.parametrize("room_dbfs", [None, -65.0, -52.0])
def test_speakers_who_take_turns_lose_no_word(room_dbfs: float | None) -> None:
    left, right = turns(room_dbfs)
    made = mixed(left, right)
    said, heard = (left + right).reshape(-1, 2_400), made.mono.reshape(-1, 2_400)
    speech = np.sqrt(np.mean(said**2, axis=1)) > 600
    ratio = np.sqrt(np.mean(heard**2, axis=1) / np.maximum(np.mean(said**2, axis=1), 1))
    assert ratio[speech].min() > 0.3
    assert worst_click(made.mono, left, right) < ONE_QUANTUM
    assert sum(at_s > 15 for at_s, _ in made.reports) <= 4, "it does not flap at each turn"


@pytest.mark.parametrize("wiring", ["mono twice", "inverted", "left only", "right hums"])
@pytest.mark.parametrize("choice", [LEFT, RIGHT, BOTH])
def test_the_organizers_choice_counts_at_once(wiring: str, choice: StereoInput) -> None:
    talk = passage(2, 12)
    given_ = WIRINGS[wiring](talk, talk, -22)
    downmix = StereoDownmix()
    before = mixed(given_.left[: 6 * HZ], given_.right[: 6 * HZ], downmix=downmix)
    downmix.choice = choice
    left, right = given_.left[6 * HZ :], given_.right[6 * HZ :]
    after = mixed(left, right, downmix=downmix)
    wanted = {LEFT: left, RIGHT: right, BOTH: (np.rint(left) + np.rint(right)) / 2}[choice]
    assert np.abs(after.mono - np.rint(wanted))[FADE_SAMPLES:].max() <= 1
    assert after.reports[-1][1].taken is choice
    assert after.reports[-1][1].fault is given_.report.fault
    whole = np.concatenate((before.mono, after.mono))
    assert worst_click(whole, given_.left, given_.right) < ONE_QUANTUM
    downmix.choice = StereoInput.AUTO
    assert mixed(left, right, downmix=downmix).reports[-1][1] == given_.report


def test_a_choice_at_the_start_needs_no_fade() -> None:
    talk = passage(2, 1)
    downmix = StereoDownmix()
    downmix.choice = RIGHT
    assert np.array_equal(mixed(0 * talk, talk, downmix=downmix).mono, np.rint(talk))


def test_two_languages_are_no_fault_once_one_is_chosen() -> None:
    talk, other = passage(2, 12), passage(57, 12)
    downmix = StereoDownmix()
    mixed(talk, other, downmix=downmix)
    assert downmix.report == found("channels_differ")
    downmix.choice = LEFT
    assert downmix.report == found(taken=LEFT)


def test_the_full_band_is_mixed_in_the_same_way() -> None:
    """Also while one channel fades into the other."""
    downmix = StereoDownmix()
    downmix.choice = StereoInput.LEFT
    left, right = np.full(2_000, 8_000, "<i2"), np.full(2_000, -6_000, "<i2")
    for choice in (StereoInput.LEFT, StereoInput.RIGHT, StereoInput.BOTH):
        downmix.choice = choice
        mono = downmix.mix(interleaved(left[:480], right[:480]))
        full_band = downmix.mix_full_band(interleaved(left[:960], right[:960]))
        assert np.array_equal(np.frombuffer(full_band, "<i2")[::2], np.frombuffer(mono, "<i2"))
        assert len(full_band) == 2 * len(mono)


@settings(max_examples=30, deadline=None)
@given(
    wiring=st.sampled_from(sorted(WIRINGS)),
    level_dbfs=st.floats(-45, -10),
    at_s=st.floats(0, 110),
    noise_dbfs=st.one_of(st.none(), st.floats(-90, -65)),
    seed=st.integers(0, 1_000),
)
def test_pieces_of_any_length_make_the_same(
    wiring: str, level_dbfs: float, at_s: float, noise_dbfs: float | None, seed: int
) -> None:
    talk, other = passage(at_s, 10, level_dbfs), passage(at_s + 50, 10, level_dbfs)
    given_ = WIRINGS[wiring](talk, other, level_dbfs)
    left = given_.left + silence(10, noise_dbfs, seed)
    right = given_.right + silence(10, noise_dbfs, seed + 1)
    stereo = interleaved(left, right)
    chance = np.random.default_rng(seed)
    downmix = StereoDownmix()
    made = bytearray()
    start = 0
    while start < len(stereo):
        end = start + 4 * int(chance.integers(0, 2_880))
        made += downmix.mix(stereo[start:end])
        start = end
    mono = np.frombuffer(bytes(made), "<i2").astype(np.float64)
    assert mono.size == left.size
    assert worst_click(mono, left, right) < ONE_QUANTUM
    if wiring != "two languages":
        assert downmix.report.fault is given_.report.fault
