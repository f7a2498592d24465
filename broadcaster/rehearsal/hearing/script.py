"""Finding the sentences of a prepared talk in a stream of recognised words.

The words come from a decoder that makes small mistakes. The speaker may begin in the middle of the
talk, repeat or skip sentences, or say something else. A sentence is found when more than half of
its words were recognised in their order, up to its last word.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from broadcaster.rehearsal.hearing.sentence_match import HALF, MISHEARD_WORDS, After, SentenceMatch

_MIN_RUN_WORDS = 2
"""Matching runs shorter than this are chance."""
_MIN_TAIL_WORDS = 3
_MOST = 0.6


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
class FoundSentence:
    """One sentence of the script, recognised to its end.

    Attributes:
        index: the sentence's place in the script.
        start_ms: start of its first recognised word in the stream.
        end_ms: end of its last recognised word.
        words_used: number of the searched words, up to and including its last one.
    """

    index: int
    start_ms: int
    end_ms: int
    words_used: int


@dataclass(frozen=True, slots=True)
class SentencePart:
    """The part of a sentence that was recognised in a recording.

    Attributes:
        index: the sentence's place in the script.
        begin: number of its first word that was said, from 0.
        end: number of the word after the last one that was said.
        length: number of words in the sentence.
        start_ms: start of its first recognised word in the recording.
        end_ms: end of its last recognised word.
    """

    index: int
    begin: int
    end: int
    length: int
    start_ms: int
    end_ms: int


class Script:
    """The words of a prepared talk.

    Args:
        sentences: in speaking order, each as the words the decoder spells.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.sentences = [list(words) for words in sentences]
        twice = [*self.sentences, *self.sentences]
        self._tokens = [word for words in twice for word in words]
        self._owner = [
            (number, place) for number, words in enumerate(twice) for place in range(len(words))
        ]

    def find(self, words: Sequence[Word], after: After) -> list[FoundSentence]:
        """The sentences that are complete in `words`, in speaking order.

        Args:
            words: all recognised words that no found sentence has used yet.
            after: what follows the last word.
        """
        found = []
        seen = self._seen(words)
        for number, sentence in enumerate(seen):
            following = seen[number + 1].index if number + 1 < len(seen) else -1
            passed = following == (sentence.index + 1) % len(self.sentences)
            if sentence.complete(len(words), after) or (passed and sentence.share > HALF):
                first, last = sentence.positions[0], sentence.positions[-1]
                start_ms, end_ms = words[first].start_ms, words[last].end_ms
                found.append(FoundSentence(sentence.index, start_ms, end_ms, last + 1))
        return found

    def tail(self, words: Sequence[Word]) -> int:
        """Return how many of the last words may begin an unfinished sentence."""
        seen = self._seen(words)
        if not seen or len(seen[-1].positions) < _MIN_TAIL_WORDS:
            return 0
        complete = seen[-1].reached >= seen[-1].length - 1
        return 0 if complete else len(words) - seen[-1].positions[0]

    def begun(self, words: Sequence[Word]) -> SentencePart | None:
        """The unfinished sentence at the end of `words`, as far as it was said."""
        seen = self._seen(words)
        if not seen:
            return None
        last = seen[-1].without_leaps()
        if last.entered > MISHEARD_WORDS or last.reached == last.length - 1:
            return None
        start_ms, end_ms = words[last.positions[0]].start_ms, words[last.positions[-1]].end_ms
        return SentencePart(last.index, 0, last.reached + 1, last.length, start_ms, end_ms)

    def parts(self, words: Sequence[Word]) -> list[SentencePart]:
        """The sentences in the words of a recording that was cut anywhere, in speaking order.

        Only the first may lack its start, only the last its end. A word or two that are missing or
        misheard there count as said. The list is empty when most words are not of the talk.
        """
        seen = self._neighbours([sentence.without_leaps() for sentence in self._seen(words)])
        if len(seen) > 1 and seen[1].entered > MISHEARD_WORDS >= len(seen[0].pairs) - 1:
            seen = seen[1:]  # a word or two before a sentence that lacks its start are chance
        if sum(len(sentence.pairs) for sentence in seen) <= HALF * len(words):
            return []
        parts = []
        for number, sentence in enumerate(seen):
            first, last = sentence.positions[0], sentence.positions[-1]
            begin, end = 0, sentence.length
            if number == 0 and sentence.entered > max(MISHEARD_WORDS, first):
                begin = sentence.entered
            missing = sentence.length - 1 - sentence.reached
            if number == len(seen) - 1 and missing > max(MISHEARD_WORDS, len(words) - 1 - last):
                end = sentence.reached + 1
            start_ms, end_ms = words[first].start_ms, words[last].end_ms
            parts.append(
                SentencePart(sentence.index, begin, end, sentence.length, start_ms, end_ms)
            )
        return parts

    def _neighbours(self, seen: Sequence[SentenceMatch]) -> list[SentenceMatch]:
        """The run of consecutive sentences that explains the most words. Others are chance."""
        runs: list[list[SentenceMatch]] = []
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
        """Whether most of the words are from one place in the script, or too few to tell."""
        near: Counter[int] = Counter()
        for sentence in self._seen(words):
            near[sentence.index] += len(sentence.positions)
            near[sentence.index + 1] += len(sentence.positions)
        return len(words) <= _MIN_RUN_WORDS or max(near.values(), default=0) > _MOST * len(words)

    def _seen(self, words: Sequence[Word]) -> list[SentenceMatch]:
        matcher = SequenceMatcher(None, self._tokens, [w.text for w in words], autojunk=False)
        by_sentence: dict[int, list[tuple[int, int]]] = {}
        for token, word, size in matcher.get_matching_blocks():
            for step in range(size):
                number, place = self._owner[token + step]
                near = by_sentence.setdefault(number, [])
                if size >= _MIN_RUN_WORDS or near:
                    near.append((place, word + step))
        return [
            SentenceMatch(
                index=number % len(self.sentences),
                pairs=tuple(pairs),
                length=len(self.sentences[number % len(self.sentences)]),
            )
            for number, pairs in sorted(by_sentence.items())
            if len(pairs) >= _MIN_RUN_WORDS
        ]
