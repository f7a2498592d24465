"""Tracks how far one sentence of the script was recognised, and whether it is over."""

from dataclasses import dataclass, replace
from enum import Enum, auto

HALF = 0.5
"""More than this share of a sentence must be recognised for the sentence to be found."""
MISHEARD_WORDS = 1
"""Most words that may be missing at the end of a sentence before a pause."""
_FOLLOWING_WORDS = 2
"""This many words after a sentence's last one prove that it is over."""
_MOST_LEAPT = 2
"""A match that passes over more words of the sentence than this is chance."""


class After(Enum):
    """The sound after the last recognised word."""

    SPEECH = auto()
    SILENCE = auto()
    """No word for a moment, though one may be on its way."""
    PAUSE = auto()
    """The speaker paused."""
    NOTHING = auto()
    """The stream ended, so half a sentence is all there will be."""


@dataclass(frozen=True, slots=True)
class SentenceMatch:
    """The words of one sentence that were recognised.

    Attributes:
        index: the sentence's place in the script.
        pairs: numbers of a word in the sentence and of the same word among the recognised ones.
        length: number of words in the sentence.
    """

    index: int
    pairs: tuple[tuple[int, int], ...]
    length: int

    @property
    def positions(self) -> tuple[int, ...]:
        """The numbers of its words among the recognised ones."""
        return tuple(word for _, word in self.pairs)

    @property
    def entered(self) -> int:
        """The number of its first recognised word in the sentence."""
        return self.pairs[0][0]

    @property
    def reached(self) -> int:
        """The number of its last recognised word in the sentence."""
        return self.pairs[-1][0]

    @property
    def share(self) -> float:
        """Share of its words that was recognised, 0 to 1."""
        return len(self.pairs) / self.length

    def without_leaps(self) -> "SentenceMatch":
        """The same without words at either end that are too far ahead of the others."""
        pairs = list(self.pairs)
        while len(pairs) > 1 and _leaps(pairs[-2], pairs[-1]):
            pairs.pop()
        while len(pairs) > 1 and _leaps(pairs[0], pairs[1]):
            pairs.pop(0)
        return replace(self, pairs=tuple(pairs))

    def complete(self, words: int, after: After) -> bool:
        """Whether it is over, given the number of recognised words and what follows them."""
        missing = self.length - 1 - self.reached
        following = words - 1 - self.positions[-1]
        if after is After.NOTHING:
            return self.share >= HALF
        ended = {
            After.SPEECH: missing == 0 and following >= _FOLLOWING_WORDS,
            After.SILENCE: missing == 0,
            After.PAUSE: missing <= MISHEARD_WORDS,
        }
        return ended[after] and self.share > HALF


def _leaps(pair: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether more words of the sentence are passed over than were misheard there."""
    return (following[0] - pair[0]) - (following[1] - pair[1]) > _MOST_LEAPT
