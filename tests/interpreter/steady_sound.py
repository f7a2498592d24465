"""A part of a recording from a page that begins with a sentence and has no dropout."""

import numpy as np

from tests.support.sound import RATE_HZ, Samples, quick_matches

_STEP = RATE_HZ // 50
_QUIET_STEPS = 15
"""A sentence begins after so much silence: 0.3 s."""
_FITS, _MOST_FIT = 0.75, 0.8
"""Windows that fit the channel, and their least share: a player that adapts its buffer stretches
some a little."""
_MOVES_S = 0.04
"""A player that plays steadily moves against the channel by no more than this."""
_MISSING = 0.3
"""Share of the usual level below which sound is missing that the channel has."""
_MISSING_STEPS = 2


def steady_part(heard: Samples, said: Samples, seconds: int) -> Samples | None:
    """The part with the most speech; None if no part is without a dropout.

    Args:
        heard: recorded from the page, 24 kHz.
        said: what the channel sent, from before the recording until after it.
        seconds: length of the part.
    """
    size = seconds * RATE_HZ
    places = [(one.at_s, one.found_s - one.at_s, one.r) for one in quick_matches(heard, said)]
    best, most = None, 0
    for start in _sentence_starts(heard):
        part = heard[start : start + size]
        begin_s = start / RATE_HZ
        inside = [one for one in places if begin_s <= one[0] <= begin_s + seconds - 0.5]
        if len(part) < size or len(inside) < seconds // 2:
            continue
        fitting = [one for _, one, r in inside if r >= _FITS]
        if len(fitting) < _MOST_FIT * len(inside):
            continue
        moved_s = float(np.median(fitting))
        if any(abs(one - moved_s) > _MOVES_S for one in fitting):
            continue
        first = start + round(moved_s * RATE_HZ)
        if len(inside) > most and _is_whole(part, said[max(0, first) :][:size]):
            best, most = part, len(inside)
    return best


def _levels(sound: Samples) -> Samples:
    steps = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    levels: Samples = np.sqrt(np.mean(steps**2, axis=1))
    return levels


def _sentence_starts(sound: Samples) -> list[int]:
    """Samples at which speech begins after a silence."""
    levels = _levels(sound)
    loud = levels > 0.1 * np.percentile(levels, 90)
    return [
        (number - 2) * _STEP
        for number in range(_QUIET_STEPS, len(loud))
        if loud[number] and not loud[number - _QUIET_STEPS : number].any()
    ]


def _is_whole(heard: Samples, said: Samples) -> bool:
    """Whether nothing is missing where the channel has sound at the same time."""
    ours, theirs = _levels(heard), _levels(said)
    count = min(len(ours), len(theirs))
    ours, theirs = ours[:count], theirs[:count]
    loud = theirs > 0.3 * np.percentile(theirs, 90)
    around = np.maximum.reduce([np.roll(ours, shift) for shift in (-1, 0, 1)])
    gain = float(np.median(ours[loud] / theirs[loud]))
    missing = loud & (around < _MISSING * gain * theirs)
    runs = np.convolve(missing, np.ones(_MISSING_STEPS), "valid")
    return not bool((runs == _MISSING_STEPS).any())
