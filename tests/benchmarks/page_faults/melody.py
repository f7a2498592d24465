"""A sound that tells which channel it is of and when it was said, whatever a player does to it.

Each channel is a melody of its own that never pauses. Its notes are found by their pitch, so sound
that is played a little faster, or through another codec, is still recognised.
"""

import random
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.edge.http_players import packets
from tests.support.sound import RATE_HZ, Samples

CHANNELS = ("es", "ar")
SECONDS = 240
"""Longer than any visit, so that no second of it is heard twice."""
NOTE_S = 0.12
NOTES_HZ = tuple(320 + 110 * number for number in range(12))
HOP_S = 0.01
_HOP = int(HOP_S * RATE_HZ)
_WINDOW = 3 * _HOP
_QUIET = 0.15
"""Of the usual level: what is below is silence."""
_COMPARED = 100
"""Hops that are looked for together: about eight notes."""
_STEP = 5
_ALIKE = 0.7
"""Of these hops, with the right note. Other places than the right one have about half at most."""
_SPEEDS = (1.0, 1.1, 1.2, 1.3, 0.94)
"""At which a player may play what waits for it; the likeliest first."""
_LATEST_S = 90.0
"""Sound that is later than this is not looked for."""
_SILENT = -1

Notes = NDArray[np.int8]


@cache
def notes(channel: str) -> Notes:
    """The note of each hop of a channel's melody."""
    chance = random.Random(channel)
    melody = [0]
    while len(melody) * NOTE_S < SECONDS:
        melody.append((melody[-1] + chance.randrange(1, len(NOTES_HZ))) % len(NOTES_HZ))
    hops: Notes = np.repeat(np.array(melody, np.int8), round(NOTE_S / HOP_S))
    return hops


@cache
def encoded(channel: str) -> list[bytes]:
    """The melody as Opus packets."""
    pitch_hz = np.repeat(np.array(NOTES_HZ)[notes(channel)], _HOP)
    sound = 8_000 * np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)
    return packets(sound.astype("<i2").tobytes())


def heard_notes(sound: Samples) -> Notes:
    """The note of each hop of a recording at `RATE_HZ`; -1 where it is silent."""
    starts = np.arange(0, max(0, len(sound) - _WINDOW), _HOP)
    windows = sound[starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(_WINDOW), NOTES_HZ) / RATE_HZ)
    found: Notes = np.argmax(np.abs(windows @ turns), axis=1).astype(np.int8)
    levels = np.sqrt(np.mean(windows**2, axis=1))
    loud = levels[levels > 0]
    usual = float(np.median(loud)) if len(loud) else 1.0
    found[levels < _QUIET * usual] = _SILENT
    return found


@dataclass(frozen=True, slots=True)
class Recognised:
    """A recording, hop by hop.

    Attributes:
        sounds: whether it was not silent.
        channel: the index of the channel in `CHANNELS`, -1 where no channel had said it by then.
        delay_s: how long before it was said, NaN where the channel is not known.
    """

    sounds: NDArray[np.bool_]
    channel: Notes
    delay_s: Samples


def recognise(found: Notes, said_before_s: float) -> Recognised:
    """Find out of which channel each part of a recording is, and how late it is.

    Args:
        found: notes of the recording, see `heard_notes`.
        said_before_s: when the recording began, in seconds after the melodies did.
    """
    channel = np.full(len(found), _SILENT, np.int8)
    delay_s = np.full(len(found), np.nan)
    likeness = np.zeros(len(found))
    for start in range(0, len(found) - _COMPARED + 1, _STEP):
        part = found[start : start + _COMPARED]
        if np.mean(part != _SILENT) < _ALIKE / 3:
            continue
        now = round(said_before_s / HOP_S) + start
        covered = slice(start, start + _COMPARED)
        for number, name in enumerate(CHANNELS):
            place, alike = _most_alike(part, notes(name), now)
            if alike < _ALIKE:
                continue
            better = likeness[covered] < alike
            channel[covered][better] = number
            delay_s[covered][better] = (now - place) * HOP_S
            likeness[covered][better] = alike
    return Recognised(found != _SILENT, channel, delay_s)


def _most_alike(part: Notes, melody: Notes, now: int) -> tuple[int, float]:
    """The place of a melody that is most like some notes, and how much of them is right there."""
    first = max(0, now - round(_LATEST_S / HOP_S))
    sounding = max(1, int(np.sum(part != _SILENT)))
    place, alike = first, 0.0
    for speed in _SPEEDS:
        steps = (np.arange(len(part)) * speed).astype(int)
        length = int(steps[-1]) + 1
        last = min(len(melody) - length, now)
        if last < first:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(melody[first : last + length], length)
        right = np.sum(windows[:, steps] == part, axis=1)
        best = int(np.argmax(right))
        if right[best] / sounding > alike:
            place, alike = first + best, float(right[best] / sounding)
        if alike >= _ALIKE:
            break  # other speeds are for what is not recognised
    return place, alike


def longest_run_s(flags: NDArray[np.bool_]) -> float:
    """The longest time for which a flag of each hop is set."""
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest * HOP_S
