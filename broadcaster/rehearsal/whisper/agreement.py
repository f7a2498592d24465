"""Local agreement: a word is settled when two readings in a row agree on it.

A model that reads growing sound changes its mind about the last words only. See Liu, Spanakis and
Niehues, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial Hypothesis
Selection" (2020), there "local agreement". The last word on which both agree waits, because its
punctuation depends on the next one.
"""

from collections.abc import Sequence
from itertools import takewhile
from unicodedata import category

from broadcaster.rehearsal.whisper.hypothesis import HeardWord


class Agreement:
    """Compares each reading with the one before it."""

    def __init__(self) -> None:
        self._before: Sequence[HeardWord] = ()

    def settled(self, words: Sequence[HeardWord]) -> Sequence[HeardWord]:
        """Return the words that are settled by this reading.

        Args:
            words: the reading, without the words that were settled before.
        """
        pairs = zip(self._before, words, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), pairs))
        count = max(0, same - 1)
        self._before = words[count:]
        return words[:count]

    def forget(self) -> None:
        """Begin with the next reading."""
        self._before = ()


def _plain(word: HeardWord) -> str:
    """A word without case, spaces and punctuation."""
    text = word.text.casefold().strip()
    return "".join(letter for letter in text if category(letter)[0] not in "PZ") or text
