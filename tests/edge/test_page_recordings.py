"""Recordings and captions whose faults are known, as the table of faults judges them."""

import numpy as np

from tests.benchmarks.page_faults.melody import HOP_S, NOTES_HZ, Notes, notes, recognise
from tests.benchmarks.page_faults.outcome import Captions, Sound, Times


def heard(*parts: tuple[str, float, float]) -> Notes:
    """Notes of a recording: parts of a channel from one second of it to another, or silence."""
    found = []
    for channel, from_s, to_s in parts:
        hops = slice(round(from_s / HOP_S), round(to_s / HOP_S))
        silent = np.full(hops.stop - hops.start, -1, np.int8)
        found.append(notes(channel)[hops] if channel else silent)
    return np.concatenate(found)


def judged(recording: Notes, *, switch: bool = False) -> Sound:
    """A recording that begins 11 s after the talk did, with a fault from 5 s to 7 s of it."""
    times = Times(heard=11.0, began=16.0, ended=18.0, over=11.0 + len(recording) * HOP_S)
    return Sound.judged(recognise(recording, 11.0), times, switch=switch)


def test_silence_is_noticed_and_lateness_too() -> None:
    sound = judged(heard(("es", 10, 15), ("", 0, 3), ("es", 17, 30)))
    assert abs(sound.silence_s - 3) < 0.1
    assert abs(sound.back_s - 1) < 0.1
    assert abs(sound.delay_before_s - 1) < 0.05
    assert abs(sound.delay_after_s - 2) < 0.05
    assert not sound.delay_is_back


def test_another_channel_is_silence_unless_it_was_asked_for() -> None:
    recording = heard(("es", 10, 17), ("ar", 17, 30))
    assert judged(recording).back_s == float("inf")
    sound = judged(recording, switch=True)
    assert abs(sound.back_s - 0) < 0.2
    assert sound.silence_s < 0.1


def test_sound_that_was_never_said_is_silence() -> None:
    chance = np.random.default_rng(1)
    recording = np.repeat(chance.integers(0, len(NOTES_HZ), 170), 12).astype(np.int8)
    assert judged(recording).silence_s > 10


def test_captions_are_compared_with_the_whole_list() -> None:
    full = ["a", "b", "c", "d"]
    assert Captions.of(full, full).complete
    assert Captions.of(["a", "c", "b", "b"], full) == Captions(1, 1, 1)
