"""Compares the written text with the talk: lost, repeated, out of order."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from broadcaster.model.caption import Caption

_WORD = re.compile(r"[\u3005-\u9fff]|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Sentences that went wrong; a sentence is there when most of its words are, in their order."""

    lost: int
    repeated: int
    out_of_order: int
    words_lost: int
    words_too_many: int

    @property
    def right(self) -> bool:
        """Whether nothing went wrong."""
        return self == Outcome(0, 0, 0, 0, 0)

    def __str__(self) -> str:
        return (
            f"{self.lost} lost, {self.repeated} repeated, {self.out_of_order} out of order"
            f" ({self.words_lost} words lost, {self.words_too_many} too many)"
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A channel's text.

    Attributes:
        written: all captions.
        expected: the sentences it should hold.
    """

    written: str
    expected: Sequence[str]

    @property
    def complete(self) -> bool:
        """Whether every sentence is there word by word."""
        plain = _plain(self.written)
        return all(_plain(sentence) in plain for sentence in self.expected)

    @property
    def outcome(self) -> Outcome:
        """All that is wrong."""
        plain = _plain(self.written)
        places = [[m.start() for m in re.finditer(_plain(s), plain)] for s in self.expected]
        found = [place[0] for place in places if place]
        words, wanted = words_of(self.written), words_of(" ".join(self.expected))
        matcher = SequenceMatcher(None, words, wanted, autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        return Outcome(
            lost=sum(not place for place in places),
            repeated=sum(len(place) > 1 for place in places),
            out_of_order=sum(b < a for a, b in pairwise(found)),
            words_lost=len(wanted) - same,
            words_too_many=len(words) - same,
        )

    def arrivals(
        self, captions: Iterable[Caption], seen_s: Mapping[str, float]
    ) -> dict[int, float]:
        """Return the time of each sentence's last word, by the number of the sentence."""
        ends: list[tuple[int, float]] = []
        length = 0
        for caption in captions:
            length += len(_plain(caption.text))
            ends.append((length, seen_s[caption.id]))
        plain = _plain(self.written)
        arrivals = {}
        for number, sentence in enumerate(self.expected):
            place = plain.find(_plain(sentence))
            if place >= 0:
                end = place + len(_plain(sentence))
                arrivals[number] = next(seen for at, seen in ends if at >= end)
        return arrivals


def words_of(text: str) -> list[str]:
    """Words as they are compared; in Chinese and Japanese, characters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _plain(text: str) -> str:
    return "".join(words_of(text))
