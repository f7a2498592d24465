"""Local agreement: a word is settled when two readings in a row agree on it.

A model that reads growing sound changes its mind about the last words only. See Liu, Spanakis and
Niehues, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial Hypothesis
Selection" (2020), there "local agreement". The last word on which both agree waits, because its
punctuation depends on the next one. So does a word that may not be over: both readings can take a
sound that was cut within a word for the same shorter word.
"""

from collections.abc import Sequence
from itertools import takewhile
from unicodedata import category

from broadcaster.rehearsal.whisper.hypothesis import HeardWord

_UNFINISHED_MS = 200
"""A word that ends this close to the end of the sound may go on."""


class Agreement:
    """Compares each reading with the one before it."""

    def __init__(self) -> None:
        self._before: Sequence[HeardWord] = ()

    def settled(self, words: Sequence[HeardWord], until_ms: int) -> Sequence[HeardWord]:
        """Return the words that are settled by this reading.

        Args:
            words: the reading, without the words that were settled before.
            until_ms: end of the sound that was read.
        """
        pairs = zip(self._before, words, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), pairs))
        over_ms = until_ms - _UNFINISHED_MS
        over = sum(1 for _ in takewhile(lambda word: word.end_ms <= over_ms, words))
        count = _parted(words, min(max(0, same - 1), over))
        self._before = words[count:]
        return words[:count]

    def note(self, words: Sequence[HeardWord]) -> None:
        """Settle nothing by this reading; the next is compared with it."""
        self._before = words

    def forget(self) -> None:
        """Begin with the next reading."""
        self._before = ()


def _parted(words: Sequence[HeardWord], count: int) -> int:
    """The first `count` words, or fewer: no part of a compound like "ill-disposed" is alone."""
    if 2 * sum(word.text.startswith(" ") for word in words) < len(words):
        return count  # a script without spaces
    while 0 < count < len(words) and not words[count].text.startswith(" "):
        count -= 1
    return count


def _plain(word: HeardWord) -> str:
    """A word without case, spaces and punctuation."""
    text = word.text.casefold().strip()
    return "".join(letter for letter in text if category(letter)[0] not in "PZ") or text
