"""Finds the pauses in which the sentences of a text end.

Among all ways to put sentence ends into pauses in their order, the best is the one in which every
sentence is spoken at about the same pace, few sentence ends have no pause, and few long pauses are
inside a sentence.
"""

import math
from collections.abc import Sequence

from broadcaster.model.audio import CLOCK_HZ

Knot = tuple[float, float]
"""Letters of a text, and the samples of speech in which they are spoken."""
Pause = tuple[int, int]
"""Samples of speech before a pause, and samples of the pause."""

_MISSED = 0.6
"""Cost of a sentence end without a pause. A sentence at twice the pace costs 0.7."""
_UNUSED = 1.0
"""Cost of a second of pause inside a sentence."""
_LONGEST_UNUSED_S = 1.0
_LEEWAY_S = 0.3
"""A short sentence may differ from the pace by this much at little cost."""
_LATE_SHARE = 0.3
"""When the sound has stopped, a sentence may have ended this share of its length early."""
_MOST_MISSED = 3
_MOST_UNUSED = 8
"""Sentence ends and pauses that are looked over from one match to the next."""
_START = (-1, -1)


def match_sentences(
    letters: int,
    ends: Sequence[int],
    length: int,
    pauses: Sequence[Pause],
    pace: float | None = None,
) -> list[Knot]:
    """Match the sentence ends of a text with pauses of its speech.

    Args:
        letters: of the text.
        ends: letters before each sentence end, in order, without the text's own end.
        length: samples of speech.
        pauses: of the speech, in order. One at the end of the speech means that it has stopped.
        pace: samples per letter. None if the text and the speech end together; otherwise more of
            either may come.

    Returns:
        Knots with growing letters, the first at 0 and the last at the end of the text.
    """
    if not letters:
        return [(0, 0)]
    table = _Table(letters, ends, length, pauses, pace)
    number, pause = table.best()
    knots: list[Knot] = []
    while (number, pause) != _START:
        knots.insert(0, (ends[number], pauses[pause][0]))
        number, pause = table.previous[number, pause]
    at, spoken = knots[-1] if knots else (0, 0)
    end = length if pace is None else spoken + (letters - at) * pace
    return [(0, 0), *knots, (letters, max(end, spoken))]


class _Table:
    """The cheapest way to each match of a sentence end with a pause.

    Attributes:
        previous: by number of a sentence end and of its pause, those of the match before.
    """

    def __init__(
        self,
        letters: int,
        ends: Sequence[int],
        length: int,
        pauses: Sequence[Pause],
        pace: float | None,
    ) -> None:
        self.previous: dict[tuple[int, int], tuple[int, int]] = {}
        self._letters, self._ends, self._length, self._pauses = letters, ends, length, pauses
        self._closed = pace is None
        self._resting = bool(pauses) and pauses[-1][0] == length
        self._pace = max(1.0, length / letters) if pace is None else pace
        self._unused = [0.0]
        for _, samples in pauses:
            cost = _UNUSED * min(samples / CLOCK_HZ, _LONGEST_UNUSED_S)
            self._unused.append(self._unused[-1] + cost)
        self._costs = {_START: 0.0}
        for number in range(len(ends)):
            for pause in range(len(pauses)):
                self._reach(number, pause)

    def best(self) -> tuple[int, int]:
        """Return the last match of the cheapest way."""
        return min(self._costs, key=lambda match: self._costs[match] + self._rest(match))

    def _reach(self, number: int, pause: int) -> None:
        place = self._place((number, pause))
        ways = []
        for before in range(max(-1, number - 1 - _MOST_MISSED), number):
            for earlier in range(max(-1, pause - 1 - _MOST_UNUSED), pause):
                match = (before, earlier)
                if match not in self._costs or (before < 0) != (earlier < 0):
                    continue
                cost = self._costs[match] + self._segment(self._place(match), place)
                cost += _MISSED * (number - before - 1)
                cost += self._unused[pause] - self._unused[earlier + 1]
                ways.append((cost, match))
        if ways:
            self._costs[number, pause], self.previous[number, pause] = min(ways)

    def _rest(self, match: tuple[int, int]) -> float:
        """The cost of what follows the last match."""
        number, pause = match
        at, spoken = self._place(match)
        due = float(self._length)
        if self._resting:
            due += _LATE_SHARE * (due - spoken) + _LEEWAY_S * CLOCK_HZ
        missed = [
            end
            for end in self._ends[number + 1 :]
            if self._closed or spoken + (end - at) * self._pace < due
        ]
        cost = _MISSED * len(missed)
        if not self._closed:
            return cost
        cost += self._segment((at, spoken), (self._letters, self._length))
        return cost + self._unused[-1] - self._unused[pause + 1]

    def _place(self, match: tuple[int, int]) -> Knot:
        number, pause = match
        return (0, 0) if match == _START else (self._ends[number], self._pauses[pause][0])

    def _segment(self, before: Knot, after: Knot) -> float:
        expected_s = (after[0] - before[0]) * self._pace / CLOCK_HZ
        spoken_s = (after[1] - before[1]) / CLOCK_HZ
        return abs(math.log((spoken_s + _LEEWAY_S) / (expected_s + _LEEWAY_S)))
