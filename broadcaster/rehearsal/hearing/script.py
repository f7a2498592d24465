"""Finding the sentences of a prepared talk in a stream of recognised words.

The words come from a decoder that makes small mistakes; the talk may be entered in the middle,
repeated, skipped through or left for something else. A sentence is found when more than half of
its words were recognised in their order, up to its last word.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum, auto

_MIN_RUN_WORDS = 2
"""Matching runs shorter than this are chance."""
_MIN_TAIL_WORDS = 3
_HALF = 0.5
_MOST = 0.6
_FOLLOWING_WORDS = 2
"""So many words after a sentence's last one prove that it is over."""
_MOST_LEAPT = 2
"""A match that is further ahead in the sentence than that is chance."""
_MISHEARD_WORDS = 1
"""So many words before a pause may be missing at the end of a sentence."""


class After(Enum):
    """What follows the last recognised word."""

    SPEECH = auto()
    SILENCE = auto()
    """No word for a moment; one may be on its way."""
    PAUSE = auto()
    """The speaker paused."""
    NOTHING = auto()
    """The stream ended: half a sentence is all there will be."""


def words_of(text: str) -> list[str]:
    """A text as the decoder spells it: lower case, apostrophes kept, no punctuation."""
    return re.findall(r"[a-záéíñóúü']+", text.lower())


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word and where it was in the stream."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence of the script, recognised to its end.

    Attributes:
        index: place in the script.
        start_ms: start of its first recognised word in the stream.
        end_ms: end of its last one.
        words_used: words of the search up to and including its last one.
    """

    index: int
    start_ms: int
    end_ms: int
    words_used: int


@dataclass(frozen=True, slots=True)
class Part:
    """What of a sentence was recognised in a recording.

    Attributes:
        index: place in the script.
        begin: its first word that was said, from 0.
        end: the word after the last one.
        length: words of the sentence.
        start_ms: start of its first recognised word in the recording.
        end_ms: end of its last one.
    """

    index: int
    begin: int
    end: int
    length: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was recognised of one sentence.

    Attributes:
        index: place in the script.
        pairs: which of its own words are which of the recognised words.
        length: its own words.
    """

    index: int
    pairs: tuple[tuple[int, int], ...]
    length: int

    @property
    def positions(self) -> tuple[int, ...]:
        """Which of the recognised words are its words."""
        return tuple(word for _, word in self.pairs)

    @property
    def entered(self) -> int:
        """The first of its own words."""
        return self.pairs[0][0]

    @property
    def reached(self) -> int:
        """The furthest of its own words."""
        return self.pairs[-1][0]

    @property
    def share(self) -> float:
        """Part of its words that was recognised."""
        return len(self.pairs) / self.length

    def without_leaps(self) -> "_Seen":
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
            return self.share >= _HALF
        ended = {
            After.SPEECH: missing == 0 and following >= _FOLLOWING_WORDS,
            After.SILENCE: missing == 0,
            After.PAUSE: missing <= _MISHEARD_WORDS,
        }
        return ended[after] and self.share > _HALF


def _leaps(pair: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether more words of the sentence are passed over than were misheard there."""
    return (following[0] - pair[0]) - (following[1] - pair[1]) > _MOST_LEAPT


class Script:
    """The words of a prepared talk.

    Args:
        sentences: in speaking order, each as the decoder spells it.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.sentences = [list(words) for words in sentences]
        twice = [*self.sentences, *self.sentences]
        self._tokens = [word for words in twice for word in words]
        self._owner = [
            (number, place) for number, words in enumerate(twice) for place in range(len(words))
        ]

    def find(self, words: Sequence[Word], after: After) -> list[Found]:
        """The sentences that are complete in `words`, in speaking order.

        Args:
            words: everything recognised that no found sentence has used yet.
            after: what follows the last word.
        """
        found = []
        seen = self._seen(words)
        for number, sentence in enumerate(seen):
            following = seen[number + 1].index if number + 1 < len(seen) else -1
            passed = following == (sentence.index + 1) % len(self.sentences)
            if sentence.complete(len(words), after) or (passed and sentence.share > _HALF):
                first, last = sentence.positions[0], sentence.positions[-1]
                start_ms, end_ms = words[first].start_ms, words[last].end_ms
                found.append(Found(sentence.index, start_ms, end_ms, last + 1))
        return found

    def tail(self, words: Sequence[Word]) -> int:
        """How many of the last words may be the start of a sentence that goes on."""
        seen = self._seen(words)
        if not seen or len(seen[-1].positions) < _MIN_TAIL_WORDS:
            return 0
        complete = seen[-1].reached >= seen[-1].length - 1
        return 0 if complete else len(words) - seen[-1].positions[0]

    def begun(self, words: Sequence[Word]) -> Part | None:
        """The sentence that goes on after `words`, as far as it was said."""
        seen = self._seen(words)
        if not seen:
            return None
        last = seen[-1].without_leaps()
        if last.entered > _MISHEARD_WORDS or last.reached == last.length - 1:
            return None
        start_ms, end_ms = words[last.positions[0]].start_ms, words[last.positions[-1]].end_ms
        return Part(last.index, 0, last.reached + 1, last.length, start_ms, end_ms)

    def parts(self, words: Sequence[Word]) -> list[Part]:
        """The sentences in the words of a recording that was cut anywhere, in speaking order.

        Only the first may lack its start, only the last its end. A word or two that are missing
        there, or were taken for others, belong to it. None when most words are no part of the
        talk.
        """
        seen = self._neighbours([sentence.without_leaps() for sentence in self._seen(words)])
        if len(seen) > 1 and seen[1].entered > _MISHEARD_WORDS >= len(seen[0].pairs) - 1:
            seen = seen[1:]  # a word or two before a sentence that was entered in its middle
        if sum(len(sentence.pairs) for sentence in seen) <= _HALF * len(words):
            return []
        parts = []
        for number, sentence in enumerate(seen):
            first, last = sentence.positions[0], sentence.positions[-1]
            begin, end = 0, sentence.length
            if number == 0 and sentence.entered > max(_MISHEARD_WORDS, first):
                begin = sentence.entered
            missing = sentence.length - 1 - sentence.reached
            if number == len(seen) - 1 and missing > max(_MISHEARD_WORDS, len(words) - 1 - last):
                end = sentence.reached + 1
            start_ms, end_ms = words[first].start_ms, words[last].end_ms
            parts.append(Part(sentence.index, begin, end, sentence.length, start_ms, end_ms))
        return parts

    def _neighbours(self, seen: Sequence[_Seen]) -> list[_Seen]:
        """The sentences that follow each other and explain the most words; others are chance."""
        runs: list[list[_Seen]] = []
        for sentence in seen:
            follows = bool(runs) and sentence.index == (runs[-1][-1].index + 1) % len(
                self.sentences
            )
            if follows:
                runs[-1].append(sentence)
            else:
                runs.append([sentence])
        return max(runs, key=lambda run: sum(len(one.pairs) for one in run), default=[])

    def explains(self, words: Sequence[Word]) -> bool:
        """Whether most of the words are those of one place in the script, or too few to tell."""
        near: Counter[int] = Counter()
        for sentence in self._seen(words):
            near[sentence.index] += len(sentence.positions)
            near[sentence.index + 1] += len(sentence.positions)
        return len(words) <= _MIN_RUN_WORDS or max(near.values(), default=0) > _MOST * len(words)

    def _seen(self, words: Sequence[Word]) -> list[_Seen]:
        matcher = SequenceMatcher(None, self._tokens, [w.text for w in words], autojunk=False)
        by_sentence: dict[int, list[tuple[int, int]]] = {}
        for token, word, size in matcher.get_matching_blocks():
            for step in range(size):
                number, place = self._owner[token + step]
                near = by_sentence.setdefault(number, [])
                if size >= _MIN_RUN_WORDS or near:
                    near.append((place, word + step))
        return [
            _Seen(
                index=number % len(self.sentences),
                pairs=tuple(pairs),
                length=len(self.sentences[number % len(self.sentences)]),
            )
            for number, pairs in sorted(by_sentence.items())
            if len(pairs) >= _MIN_RUN_WORDS
        ]
