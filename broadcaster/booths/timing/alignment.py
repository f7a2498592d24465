"""Spreads text over the speech in which it is spoken.

A speaker needs about the same time for each letter and pauses between sentences and clauses. So the
letters are spread evenly over the speech without its pauses, and a sentence end that falls near a
pause is put into that pause.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from broadcaster.audio.speech_level import Run
from broadcaster.booths.timing.sentence_match import Knot, Pause, match_sentences
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.writing.sentences import sentence_ends

_DIGIT_LETTERS = 3
"""A digit is spoken like this many letters."""
_CLAUSE_END = re.compile(r"[,;:،؛、，；：—–](?=\s|\w|$)")
_CLAUSE_REACH = 0.4 * CLOCK_HZ
"""Samples of speech between the expected place of a clause's end and the pause taken for it."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place at which a speaker often pauses.

    Attributes:
        letters: how many come before it.
        ends_sentence: whether a sentence ends there; else it is a clause.
    """

    letters: int
    ends_sentence: bool


def letters_before(text: str) -> list[int]:
    """Return for each place in a text, its end included, how many letters come before it."""
    return list(accumulate(map(_letters, text), initial=0))


def breaks_in(text: str, language: str) -> list[Break]:
    """Return the ends of sentences and clauses in a text, without its own end.

    Args:
        text: of any length.
        language: ISO 639-1 code; empty if unknown.
    """
    letters = letters_before(text)
    found = {letters[match.end()]: False for match in _CLAUSE_END.finditer(text)}
    found |= {letters[end]: True for end in sentence_ends(text, language)}
    return [Break(at, found[at]) for at in sorted(found) if 0 < at < letters[-1]]


class Speech:
    """Stretches of speech; places in it are samples of speech, which do not count the pauses.

    Args:
        runs: the stretches in order, at least one.
        gaps: by position, samples for which the sound stopped there when it was played.
    """

    def __init__(self, runs: Sequence[Run], gaps: Mapping[int, int] | None = None) -> None:
        self._runs = runs
        self._gaps = gaps or {}
        self._before = [0, *accumulate(end - start for start, end in runs)]

    @property
    def length(self) -> int:
        """Samples of speech."""
        return self._before[-1]

    @property
    def pauses(self) -> list[Pause]:
        """Samples of speech before each pause, and samples of the pause."""
        lengths = [
            after[0]
            - before[1]
            + sum(length for at, length in self._gaps.items() if before[1] <= at <= after[0])
            for before, after in pairwise(self._runs)
        ]
        return list(zip(self._before[1:-1], lengths, strict=True))

    def starts(self, spoken: float) -> int:
        """Return the position at which the speech after `spoken` samples of speech starts."""
        number = min(max(0, bisect_right(self._before, spoken) - 1), len(self._runs) - 1)
        return self._runs[number][0] + round(spoken - self._before[number])

    def ends(self, spoken: float) -> int:
        """Return the position at which the first `spoken` samples of speech end."""
        number = min(max(0, bisect_left(self._before, spoken) - 1), len(self._runs) - 1)
        return self._runs[number][0] + round(spoken - self._before[number])


def align(
    letters: int,
    breaks: Sequence[Break],
    speech: Speech,
    pace: float | None = None,
    silence: int = 0,
) -> list[Knot]:
    """Match the breaks of a text with the pauses of its speech.

    Args:
        letters: of the text.
        breaks: of the text, in order.
        speech: in which it is spoken.
        pace: samples per letter. None if the text and the speech end together.
        silence: samples for which the speech has been over; it may be a pause.

    Returns:
        Knots with growing letters, the first at 0. Between two, text and speech run evenly.
    """
    sentences = [one.letters for one in breaks if one.ends_sentence]
    clauses = [one.letters for one in breaks if not one.ends_sentence]
    pauses = [*speech.pauses, (speech.length, silence)] if silence else speech.pauses
    knots = match_sentences(letters, sentences, speech.length, pauses, pace)
    refined = [
        knot
        for before, after in pairwise(knots)
        for knot in _with_clauses(before, after, clauses, pauses)
    ]
    return [*refined, knots[-1]]


def spoken_at(knots: Sequence[Knot], letters: float) -> float:
    """Return the samples of speech in which the first `letters` are spoken."""
    number = min(bisect_left(knots, (letters,)), len(knots) - 1)
    if number == 0 or letters >= knots[number][0]:
        return knots[number][1]
    before, after = knots[number - 1], knots[number]
    return before[1] + (letters - before[0]) * _pace(before, after)


def _with_clauses(
    start: Knot, end: Knot, breaks: Sequence[int], pauses: Sequence[Pause]
) -> list[Knot]:
    """Return the start, and the breaks between start and end that have a pause within reach."""
    knots = [start]
    for letters in breaks:
        if not start[0] < letters < end[0]:
            continue
        at, spoken = knots[-1]
        expected = spoken + (letters - at) * _pace(knots[-1], end)
        near = [
            (abs(place - expected) - length, place)
            for place, length in pauses
            if spoken < place < end[1] and abs(place - expected) <= _CLAUSE_REACH
        ]
        if near:
            knots.append((letters, min(near)[1]))
    return knots


def _pace(before: Knot, after: Knot) -> float:
    return (after[1] - before[1]) / max(1e-9, after[0] - before[0])


def _letters(character: str) -> int:
    return _DIGIT_LETTERS if character.isdigit() else int(character.isalnum())
