"""Chooses line breaks and caption breaks as a good subtitler would.

A line has at most 42 columns and a caption two lines, the usual rule of subtitle style guides. A
longer sentence is divided into parts of similar length, at its largest pauses in meaning. No part
has only a few words.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from broadcaster.writing.breaks import CONJUNCTION, PREPOSITION, break_cost
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.words import Span

LINE_COLUMNS = 42
LINES = 2
_CAPTION_COLUMNS = LINES * LINE_COLUMNS
_SHORT_LINE = 15
_SHORT_CAPTION = 24
"""A part of a sentence with fewer columns than this is an orphan."""
_NEXT_CAPTION = 150.0
_UNEVEN_CAPTIONS = 260.0
_UNEVEN_LINES = 90.0
_ORPHAN = 330.0
_CAPTION_BREAK = 1.5
"""A caption break separates words more than a line break does."""


@dataclass(frozen=True)
class OpenLine:
    """The line that is being written, with the words on it and after it.

    Attributes:
        text: starts where the line starts.
        spans: the complete words of the text.
        language: ISO 639-1 code.
        above_columns: width of the line above in the same caption; 0 for a first line.
        shown: how many characters of the text are shown. They stay on this line.
    """

    text: str
    spans: list[Span]
    language: str
    above_columns: int = 0
    shown: int = 0

    @cached_property
    def costs(self) -> list[int]:
        """Cost of a break before each word; 0 for the first word, which has no break before it."""
        texts = [self.text[start:end] for start, end in self.spans]
        costs = [break_cost(one, other, self.language) for one, other in pairwise(texts)]
        if not spaces_between_words(self.language):
            spaced = [one[1] < other[0] for one, other in pairwise(self.spans)]
            costs = [
                min(cost, CONJUNCTION) if space else cost
                for cost, space in zip(costs, spaced, strict=True)
            ]
        return [0, *costs]

    @cached_property
    def _widths(self) -> list[int]:
        """Columns of the text before each place at which a word begins or ends."""
        places = sorted({place for span in self.spans for place in span})
        widths, width, last = [0] * (len(self.text) + 1), 0, 0
        for place in places:
            width += columns(self.text[last:place])
            widths[place], last = width, place
        return widths

    def columns(self, first: int, end: int) -> int:
        """Return the width of a line with the words from `first` up to, not including, `end`."""
        return self._widths[self.spans[end - 1][1]] - self._widths[self.spans[first][0]]

    def fits(self, first: int, end: int) -> bool:
        """Whether these words fit on a line. A single word always does, and so do shown words."""
        if end == first + 1 or (first == 0 and self.spans[end - 2][1] < self.shown):
            return True
        return self.columns(first, end) <= LINE_COLUMNS


def next_break(line: OpenLine, *, now: bool) -> int | None:
    """Choose where to end the open line of an unfinished sentence.

    Args:
        line: the open line.
        now: decide at once, without waiting for more text.

    Returns:
        Index of the first word of the next line. None while everything may still fit, or while a
        better break may come.
    """
    known_columns = columns(line.text.rstrip())
    if known_columns <= LINE_COLUMNS:
        return None
    ends_caption = line.above_columns > 0
    enough = _SHORT_CAPTION if ends_caption else _SHORT_LINE
    best, best_cost = None, 0.0
    for word in range(1, len(line.spans)):
        if line.spans[word - 1][1] < line.shown:
            continue
        width = line.columns(0, word)
        if best is not None and not line.fits(0, word):
            break
        cost = line.costs[word] * (_CAPTION_BREAK if ends_caption else 1.0)
        cost += _UNEVEN_LINES * (1 - min(width, LINE_COLUMNS) / LINE_COLUMNS) ** 2
        cost += _orphan(width, _SHORT_LINE) + _orphan(known_columns - width, enough)
        if best is None or cost < best_cost:
            best, best_cost = word, cost
    decided = now or known_columns >= LINE_COLUMNS + enough
    if best is None or decided:
        return best
    good = line.costs[best] <= PREPOSITION
    return best if good and known_columns - line.columns(0, best) >= enough else None


def line_ends(line: OpenLine) -> list[int]:
    """Choose where to end the lines of a complete sentence.

    Args:
        line: the open line with the rest of the sentence.

    Returns:
        For each line the index of the first word after it. The last entry is the sentence's end.
    """
    count = len(line.spans)
    best: dict[int, tuple[float, list[int]]] = {count: (0.0, [])}
    for first in range(count - 1, 0, -1):
        best[first] = _cheapest(line, first, best)
    return _cheapest(line, 0, best)[1]


def _cheapest(
    line: OpenLine, first: int, rest: dict[int, tuple[float, list[int]]]
) -> tuple[float, list[int]]:
    """Return the cheapest division of the words from `first` on, with its cost.

    A caption begins at `first`, unless that is the first word: it continues the open caption.
    """
    count = len(line.spans)
    found: tuple[float, list[int]] | None = None
    above = line.above_columns if first == 0 else 0
    if first == 0 and above and not line.shown and count:
        found = _with_rest(_caption_cost(above, whole=False), [0], rest.get(0))
    for end in range(first + 1, count + 1):
        inside = _inside(line, first, end, above)
        if inside is None:
            if found is not None:
                break
            continue
        cost, ends = inside
        width = above + line.columns(first, end)
        cost += _caption_cost(width, whole=first == 0 and end == count)
        if end < count:
            cost += _CAPTION_BREAK * line.costs[end]
        candidate = (cost + rest[end][0], [*ends, end, *rest[end][1]])
        if found is None or candidate[0] < found[0]:
            found = candidate
    return found or (0.0, [count])


def _with_rest(
    cost: float, ends: list[int], rest: tuple[float, list[int]] | None
) -> tuple[float, list[int]] | None:
    return None if rest is None else (cost + rest[0], ends + rest[1])


def _inside(line: OpenLine, first: int, end: int, above: int) -> tuple[float, list[int]] | None:
    """Return the best line break inside one caption, with its cost; None if nothing fits."""
    shown = line.shown if first == 0 else 0
    if line.spans[end - 1][1] < shown:
        return None
    if line.fits(first, end):
        uneven = _uneven(above, line.columns(first, end)) if above else 0.0
        return uneven, []
    if above:
        return None
    found: tuple[float, list[int]] | None = None
    for word in range(first + 1, end):
        if line.spans[word - 1][1] < shown:
            continue
        if not line.fits(first, word):
            break
        if line.fits(word, end):
            upper, lower = line.columns(first, word), line.columns(word, end)
            cost = line.costs[word] + _uneven(upper, lower)
            if found is None or cost < found[0]:
                found = cost, [word]
    return found


def _caption_cost(width: int, *, whole: bool) -> float:
    cost = _NEXT_CAPTION + _UNEVEN_CAPTIONS * (width / _CAPTION_COLUMNS) ** 2
    return cost if whole else cost + _orphan(width, _SHORT_CAPTION)


def _uneven(upper: int, lower: int) -> float:
    uneven = _UNEVEN_LINES * ((upper - lower) / LINE_COLUMNS) ** 2
    return uneven + _orphan(upper, _SHORT_LINE) + _orphan(lower, _SHORT_LINE)


def _orphan(width: int, short: int) -> float:
    return _ORPHAN * (1 - width / short) if width < short else 0.0
