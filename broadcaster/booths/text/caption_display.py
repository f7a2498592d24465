"""Decides how much of an unfinished line is shown.

A word never moves after it was shown. Words that may have to move to the next line wait.
"""

from itertools import pairwise

from broadcaster.writing.breaks import TIGHT, break_cost
from broadcaster.writing.caption_layout import LINE_COLUMNS, OpenLine
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.words import word_spans

_SHOWN_AT_ONCE = (28, 24)
"""The words in these first columns are shown at once, on a caption's first and second line."""
_GROWTH_COLUMNS = {"zh": 16, "yue": 16, "th": 20, "de": 40, "nl": 34, "fi": 34, "hu": 34}
_MOST_GROWTH_COLUMNS = 24
"""A word that may be incomplete is shown only if its line has room for this many more columns."""
_CLOSING_COLUMNS = 4
"""Room for closing marks that follow a full stop."""
_NEXT_WORD = "x"
"""Stands for the next word while that is unknown."""


def shown_while_growing(line: OpenLine, *, quiet: bool) -> int:
    """Return how many characters to show of an unfinished sentence.

    Args:
        line: the open line.
        quiet: whether no text has come for a while. Everything that fits the line is then shown.
    """
    fits = quiet and columns(line.text.rstrip()) <= LINE_COLUMNS
    room = LINE_COLUMNS if fits else _SHOWN_AT_ONCE[line.above_columns > 0]
    ends = [end for _, end in line.spans]
    whole = ends[-1] if ends else 0
    if not spaces_between_words(line.language):
        ends += [end for end in _probable_ends(line)[:-1] if end > whole]
    texts = [line.text[start:end].lstrip() for start, end in pairwise([0, *ends])]
    shown = line.shown
    for end, text, after in zip(ends, texts, [*texts, _NEXT_WORD][1:], strict=True):
        most = room if end <= whole else min(room, _room_to_grow(line))
        if end <= shown or columns(line.text[:end]) > most:
            continue
        if break_cost(text, after, line.language) < TIGHT:
            shown = end
    return shown


def shown_with_last_word(line: OpenLine) -> int:
    """Return how many characters to show when the last word is probably complete.

    The word may still grow, so it is shown only if its line has room for that.
    """
    begun = len(line.text.rstrip())
    if spaces_between_words(line.language):
        begun = next(iter(_probable_ends(line)[-2:-1]), 0)
    fits = columns(line.text[:begun]) <= _room_to_grow(line)
    return max(line.shown, len(line.text.rstrip()) if fits else 0)


def _room_to_grow(line: OpenLine) -> int:
    return LINE_COLUMNS - _GROWTH_COLUMNS.get(line.language, _MOST_GROWTH_COLUMNS)


def shown_when_ended(line: OpenLine) -> int:
    """Return how many characters to show of a sentence that seems to have ended.

    Closing marks may still follow. If they would not fit, the last word waits.
    """
    text = line.text.rstrip()
    if columns(text) + _CLOSING_COLUMNS <= LINE_COLUMNS:
        return len(text)
    fitting = [end for end in _probable_ends(line)[:-1] if columns(text[:end]) <= LINE_COLUMNS]
    return max([line.shown, *fitting])


def _probable_ends(line: OpenLine) -> list[int]:
    """Return the ends of all words, as if the text were complete."""
    return [end for _, end in word_spans(line.text, line.language, final=True)]
