"""Cutting the sound of a sentence between its words, without a recogniser.

The sound tells where the voice is quiet, and the text how long each word should last, by its
letters. The places of all words are chosen together: they are as quiet as can be, and no word is
much longer or shorter than its letters say (a Viterbi search). So the places of a sentence have the
order of its words, and a pause of the voice is where the punctuation is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from broadcaster.rehearsal.talk.parts import TextPart, units_of

RATE_HZ = 24_000
FADE = RATE_HZ * 5 // 1000
"""Samples that fade at a cut."""
_STEP = RATE_HZ // 100
_PAUSES = ",;:.!?…、。，；：！？—"
_PAUSE_LETTERS = 3.0
"""A pause of the voice lasts as long as this many letters."""
_SHORT_KANA = "ゃゅょぁぃぅぇぉャュョァィゥェォ"
_SHORT = 0.3
"""Time of a sign that hardly lasts, in letters."""
_SILENT_DB = -45.0
"""This far below the mean level of a sentence the voice is silent."""
_QUIET_WEIGHT = 1.0
"""A cut where it is loud costs as much as a word whose length is one deviation off."""
_DEVIATION, _LEAST_DEVIATION = 0.35, 5.0
"""How far the length of a word is usually off: a share of it, and at least these steps."""
_SHORTEST, _LONGEST = 0.25, 2.5
"""Limits of a word's length, in times what its letters say."""

_Samples = NDArray[np.int16]
_Floats = NDArray[np.float64]


class CuttableSentence:
    """The sound of a sentence that can be cut between its words.

    Args:
        pcm: s16le mono 24 kHz.
        sentence: its text.
    """

    def __init__(self, pcm: bytes, sentence: str) -> None:
        self._samples = np.frombuffer(pcm, "<i2")
        self.places = word_places(self._samples, units_of(sentence))
        """The sample at which each word begins, and the number of samples."""

    def sound(self, part: TextPart) -> bytes:
        """PCM of a part, which fades at its cuts. Neighbouring parts together are the sentence."""
        begin, end = self.places[part.begin], self.places[part.end]
        piece = self._samples[begin:end].astype(np.float64)
        fade = np.sin(np.linspace(0, np.pi / 2, FADE)) ** 2
        if begin > 0:
            piece[:FADE] *= fade
        if end < self._samples.size:
            piece[-FADE:] *= fade[::-1]
        return np.rint(piece).astype("<i2").tobytes()


def word_places(samples: _Samples, words: Sequence[str]) -> list[int]:
    """The sample at which each word begins, from 0, and the number of samples at the end.

    Args:
        samples: mono 24 kHz.
        words: of the sentence, in units of `units_of`.
    """
    levels = _levels(samples)
    sounding = np.flatnonzero(levels > 0)
    if sounding.size < 2 * len(words):
        return [samples.size * number // len(words) for number in range(len(words) + 1)]
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    cuts = _cuts(levels[first : last + 1], _lengths(words, last - first))
    return [0, *((first + cut) * _STEP for cut in cuts), samples.size]


def _levels(samples: _Samples) -> _Floats:
    """How loud it is around every step, from 0 (silent) to 1 (the mean level) and above."""
    steps = samples[: samples.size // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    power = np.mean(steps**2, axis=1)
    around = (power + np.concatenate([power[:1], power[:-1]])) / 2
    mean = max(float(np.mean(power[power >= np.mean(power) / 100])), 1.0)
    level_db = 10 * np.log10(np.maximum(around, 1e-6) / mean)
    loudness: _Floats = np.maximum(0.0, 1 - level_db / _SILENT_DB)
    return loudness


def _lengths(words: Sequence[str], steps: int) -> _Floats:
    """How many steps each word should last, with the pause after it."""
    letters = [sum(_letters(char) for char in word) or _SHORT for word in words]
    letters[-1] = sum(_letters(char) for char in words[-1] if char not in _PAUSES) or _SHORT
    wanted = np.array(letters)
    lengths: _Floats = wanted * steps / wanted.sum()
    return lengths


def _letters(char: str) -> float:
    if char in _PAUSES:
        return _PAUSE_LETTERS
    if char in _SHORT_KANA:
        return _SHORT
    return float(char.isalnum())


def _cuts(levels: _Floats, lengths: _Floats) -> list[int]:
    """The steps between the words, chosen together."""
    costs = np.full(levels.size, np.inf)
    costs[0] = 0.0
    choices = []
    for length in lengths:
        shortest = max(1, int(length * _SHORTEST))
        longest = int(length * _LONGEST) + 2
        tried = np.arange(longest, shortest - 1, -1)
        off = (tried - length) / max(length * _DEVIATION, _LEAST_DEVIATION)
        before = np.concatenate([np.full(longest, np.inf), costs[: levels.size - shortest]])
        sums = sliding_window_view(before, tried.size) + off**2
        best = np.argmin(sums, axis=1)
        choices.append(tried[best])
        costs = sums[np.arange(levels.size), best] + _QUIET_WEIGHT * levels
    cuts, at = list[int](), levels.size - 1
    for choice in choices[:0:-1]:
        at -= int(choice[at])
        cuts.append(at)
    return cuts[::-1]
