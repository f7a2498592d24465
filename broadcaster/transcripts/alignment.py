"""Finds which sentences of two channels say the same.

The method is that of Gale and Church (1993, "A Program for Aligning Sentences in Bilingual
Corpora", https://aclanthology.org/J93-1004/): sentences keep their order, and a long one is
translated by a long one. Captions have times, too: an interpreter speaks after the speaker.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from broadcaster.model.caption import Caption
from broadcaster.transcripts.spoken_sentences import SpokenSentence, sentences_of

EARLY_MS = 5_000
"""A sentence is not the translation of one that begins later than this after it."""
LATE_MS = 30_000
"""Nor of one that began longer ago."""
_STEPS = {(1, 1): 0.89, (1, 0): 0.005, (0, 1): 0.005, (2, 1): 0.045, (1, 2): 0.045, (2, 2): 0.011}
"""How often one or two sentences become one, two or none; by Gale and Church."""
_COSTS = {step: -log(share) for step, share in _STEPS.items()}
_VARIANCE = 6.8
"""Of the length of a translation, for each character of the original; by Gale and Church."""
_USUAL_LAGS_MS = ((0, 5_000), (4_000, 10_000), (9_000, 16_000))
"""An interpreter's delay is usually in one of these ranges, and stays there."""
_LAG_SCALE_MS = 3_000
_PAUSE_SCALE_MS = 1_500
_USUAL_PAUSE_MS = 2_000
"""Two sentences that are translated as one have no longer pause between them."""

_Table = list[dict[int, tuple[float, tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Sentences that say the same; one side may have none.

    Attributes:
        left: of the first channel.
        right: of the second channel.
    """

    left: tuple[SpokenSentence, ...]
    right: tuple[SpokenSentence, ...]


def aligned(left: Iterable[Caption], right: Iterable[Caption]) -> list[Pairing]:
    """The sentences of two channels in pairs, each once: all files of two languages have these.

    Args:
        left: captions of the channel that is interpreted, or any other, in the order of speech.
        right: of an interpretation, on the same clock.
    """
    return _paired(list(sentences_of(left)), list(sentences_of(right)))


def _paired(left: Sequence[SpokenSentence], right: Sequence[SpokenSentence]) -> list[Pairing]:
    bands = _bands(left, right)
    tables = (_table(left, right, bands, lag_ms) for lag_ms in _USUAL_LAGS_MS)
    best = min(tables, key=lambda table: table[-1][len(right)][0])
    return list(_walked(best, left, right))[::-1]


def _table(
    left: Sequence[SpokenSentence],
    right: Sequence[SpokenSentence],
    bands: Sequence[tuple[int, int]],
    usual_lag_ms: tuple[int, int],
) -> _Table:
    """For each number of left sentences, and of right ones: the lowest cost, and its last step."""
    ratio = sum(one.width for one in right) / (sum(one.width for one in left) or 1)
    best: _Table = [{} for _ in range(len(left) + 1)]
    best[0][0] = (0.0, (0, 0))
    for i, (low, high) in enumerate(bands):
        for j in range(low, high + 1):
            for di, dj in _COSTS:
                before = best[i - di].get(j - dj) if di <= i and dj <= j else None
                if before is None:
                    continue
                cost = _cost(left[i - di : i], right[j - dj : j], ratio, usual_lag_ms)
                if j not in best[i] or before[0] + cost < best[i][j][0]:
                    best[i][j] = (before[0] + cost, (di, dj))
    return best


def _bands(
    left: Sequence[SpokenSentence], right: Sequence[SpokenSentence]
) -> list[tuple[int, int]]:
    """For each number of left sentences, how many right ones may be paired by then."""
    starts = [one.start_ms for one in right]
    bands: list[tuple[int, int]] = []
    for one in left:
        low = bisect_left(starts, one.start_ms - EARLY_MS)
        high = bisect_right(starts, one.start_ms + LATE_MS)
        low, high = max(low, bands[-1][0] if bands else 0), max(high, bands[-1][1] if bands else 0)
        if bands:
            bands[-1] = (bands[-1][0], max(bands[-1][1], low))
        bands.append((low if bands else 0, high))
    if not bands:
        return [(0, len(right))]
    return [*bands, (bands[-1][0], len(right))]


def _walked(
    best: _Table, left: Sequence[SpokenSentence], right: Sequence[SpokenSentence]
) -> Iterator[Pairing]:
    i, j = len(left), len(right)
    while i or j:
        di, dj = best[i][j][1]
        yield Pairing(tuple(left[i - di : i]), tuple(right[j - dj : j]))
        i, j = i - di, j - dj


def _cost(
    left: Sequence[SpokenSentence],
    right: Sequence[SpokenSentence],
    ratio: float,
    usual_lag_ms: tuple[int, int],
) -> float:
    cost = _COSTS[len(left), len(right)]
    if not left or not right:
        return cost
    width = sum(one.width for one in left)
    expected, found = width * ratio, sum(one.width for one in right)
    variance = _VARIANCE * ratio * ratio * width
    lag_ms = right[0].start_ms - left[0].start_ms
    earliest_ms, latest_ms = usual_lag_ms
    unusual_ms = max(earliest_ms - lag_ms, lag_ms - latest_ms, 0)
    paused_ms = _unusual_pause_ms(left) + _unusual_pause_ms(right)
    cost += (unusual_ms / _LAG_SCALE_MS) ** 2 + (paused_ms / _PAUSE_SCALE_MS) ** 2
    return cost + (found - expected) ** 2 / (2 * variance)


def _unusual_pause_ms(together: Sequence[SpokenSentence]) -> int:
    pauses_ms = (after.start_ms - before.end_ms for before, after in pairwise(together))
    return sum(max(0, pause_ms - _USUAL_PAUSE_MS) for pause_ms in pauses_ms)
