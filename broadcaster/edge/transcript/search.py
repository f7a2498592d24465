"""Finds words in the past captions of a channel, even those that two captions share."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from broadcaster.edge.transcript.past import PastCaption

MOST_MATCHES = 200
"""In one answer, the newest."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place where the words were said.

    Attributes:
        captions: that hold the words, in the order of speech.
    """

    captions: tuple[PastCaption, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search.

    Attributes:
        matches: in the order of speech, the newest `MOST_MATCHES`.
        more: whether there are older ones.
    """

    matches: list[Match]
    more: bool


def find(past: Sequence[PastCaption], query: str, *, separator: str) -> Found:
    """Find each caption, or pair of captions, in which a query begins.

    Args:
        past: in the order of speech.
        query: folded, not empty.
        separator: between two captions, a space or nothing.
    """
    text = separator.join(caption.folded for caption in past)
    begins = [
        0,
        *accumulate(len(caption.folded) + len(separator) for caption in past[:-1]),
    ]
    matches: list[Match] = []
    end = len(text)
    while (start := text.rfind(query, 0, end)) >= 0:
        first = bisect_right(begins, start) - 1
        if len(matches) == MOST_MATCHES:
            return Found(matches[::-1], more=True)
        last = bisect_right(begins, start + len(query) - 1) - 1
        matches.append(Match(tuple(past[first : last + 1])))
        end = max(begins[first] + len(query) - 1, 0)
    return Found(matches[::-1], more=False)
