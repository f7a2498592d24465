"""Joins the texts of two sessions so that no word is lost and no word is repeated.

After a drop the next session hears the floor again, from the end of the last finished sentence. Its
first words may repeat words that are already captions. A `RepeatFilter` removes those words, and
tells whether the sound that comes with them was also played already.
"""

import unicodedata
from collections import deque
from dataclasses import dataclass

from broadcaster.writing.sentences import sentence_ends
from broadcaster.writing.words import pieces

RECENT_SENTENCES = 8
"""How many sentences are remembered: as many as a watchdog may send back to be heard again."""


LONGEST_OPEN_CHARACTERS = 1_000
"""A longer text without a sentence end is treated as ended."""


@dataclass(slots=True)
class SaidSentence:
    """A sentence, and how much of it was spoken.

    Attributes:
        text: its words.
        sounded_words: how many of them were spoken.
        heard_samples: samples of its sound so far, if the voice comes later than the text.
        samples_again: how many of these will come again in the present session.
    """

    text: str = ""
    sounded_words: int = 0
    heard_samples: int = 0
    samples_again: int = 0

    def sound(self) -> None:
        """All words were spoken."""
        self.sounded_words = len(_words(self.text))


class SaidText:
    """The latest text of a channel: its last sentences, and the unfinished one.

    Args:
        language: ISO 639-1 code; empty if unknown.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.sentences: deque[SaidSentence] = deque(maxlen=RECENT_SENTENCES)
        self.open = SaidSentence()

    def add(self, text: str) -> bool:
        """Add a fragment; return whether it finishes a sentence."""
        self.open.text += text
        ends = sentence_ends(self.open.text, self.language)
        if not ends and len(self.open.text) < LONGEST_OPEN_CHARACTERS:
            return False
        rest = self.open.text[ends[-1] :] if ends else ""
        if not rest.strip():
            self.end()
            return True
        self._begin(rest)
        return False

    def _begin(self, rest: str) -> None:
        """Begin another sentence with `rest`, the end of the open text."""
        ended = self.open
        ended.text = ended.text[: -len(rest)]
        words = len(_words(ended.text))
        self.open = SaidSentence(rest, max(0, ended.sounded_words - words))
        ended.sounded_words = min(ended.sounded_words, words)
        self.sentences.append(ended)

    def end(self) -> None:
        """End the open sentence, finished or not."""
        if self.open.text.strip():
            self.sentences.append(self.open)
        self.open = SaidSentence()

    @property
    def newest(self) -> SaidSentence:
        """The sentence of the newest text."""
        return self.open if self.open.text.strip() or not self.sentences else self.sentences[-1]

    def sound(self) -> None:
        """Record that sound was played for the newest text."""
        self.newest.sound()

    def hear_again(self) -> None:
        """Another session says it again, with the sound that was heard."""
        for sentence in (*self.sentences, self.open):
            sentence.samples_again = sentence.heard_samples


class RepeatFilter:
    """Removes the repeated words at the start of a new session's text.

    The repeated text may begin at the start of any earlier sentence or phrase, even inside a
    fragment. The two sessions need not split sentences alike. If the new session words a sentence
    differently, all of it is new. Only the words that the unfinished sentence already shows are
    removed.

    Attributes:
        done: whether all further text is new.
        repeating: whether the sound that comes now was already played.
        sentence: the earlier one that the last text repeats; None if that was new.
    """

    def __init__(self, said: SaidText) -> None:
        self._words: list[str] = []
        self._sentences: list[SaidSentence] = []
        self._sounded: list[bool] = []
        self._borders: list[int] = []
        for sentence in (*said.sentences, said.open):
            words = _words(sentence.text)
            before = len(self._words)
            starts = _sentence_starts(sentence.text, said.language)
            self._borders += [before + start for start in starts]
            self._words += words
            self._sentences += [sentence] * len(words)
            self._sounded += [number < sentence.sounded_words for number in range(len(words))]
        self._open = _words(said.open.text)[_sentence_starts(said.open.text, said.language)[-1] :]
        self._held: list[str] = []
        self._places = self._borders
        self._matched = 0
        self.done = not self._words
        self.repeating = False
        self.sentence: SaidSentence | None = None

    def take(self, text: str) -> str:
        """Return the new part of a fragment."""
        fresh, rest = "", pieces(text)
        while rest and not self.done:
            fresh += self._take_piece(rest.pop(0))
        if rest:
            self.repeating, self.sentence = False, None
        return fresh + "".join(rest)

    def flush(self) -> str:
        """Return the text that is still held back, because nothing follows it."""
        held = "" if self._matching(_words("".join(self._held))) else "".join(self._held)
        self._finish()
        return held

    def _take_piece(self, piece: str) -> str:
        self._held.append(piece)
        heard = _words("".join(self._held))
        places = self._matching(heard)
        if places:
            self._places, self._matched = places, len(heard)
            end = places[-1] + len(heard)
            self.repeating = bool(heard) and self._sounded[end - 1]
            self.sentence = self._sentences[end - 1] if heard else None
            if heard and self._open and end == len(self._words):
                self._finish()
            return ""
        return self._release()

    def _release(self) -> str:
        """Return the new part of the held text, without its repeated sentences."""
        place, end = self._places[-1], self._places[-1] + self._matched
        border = max((b for b in self._borders if place < b <= end), default=place)
        if end == len(self._words) and not self._open:
            border = end
        rest = _without_words("".join(self._held), border - place)
        if border > place:
            rest = _without_punctuation(rest)
        self.repeating, self.sentence = False, None
        self._borders = [b for b in self._borders if b > border]
        self._held, self._places, self._matched = [], self._borders, 0
        if border > place and self._matching(_words(rest)):
            return self.take(rest)
        self._finish()
        return _without_words(rest, _common(self._open, _words(rest)))

    def _matching(self, heard: list[str]) -> list[int]:
        """Return the places at which the earlier text has these words."""
        return [b for b in self._places if self._words[b : b + len(heard)] == heard]

    def _finish(self) -> None:
        self.done = True
        self._held = []


def _words(text: str) -> list[str]:
    """Return the words as they are compared: without case, punctuation and composition forms."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [
        word
        for piece in pieces(folded)
        if (word := "".join(c for c in piece if not unicodedata.category(c).startswith(("P", "Z"))))
    ]


def _sentence_starts(text: str, language: str) -> list[int]:
    """Return the indexes of the words that begin a sentence; 0 is always one."""
    count = len(_words(text))
    starts = [len(_words(text[:end])) for end in sentence_ends(text, language)]
    return [0, *(start for start in starts if 0 < start < count)]


def _common(known: list[str], heard: list[str]) -> int:
    count = 0
    while count < min(len(known), len(heard)) and known[count] == heard[count]:
        count += 1
    return count


def _without_words(text: str, count: int) -> str:
    rest = pieces(text)
    while count and rest:
        count -= len(_words(rest.pop(0)))
    return "".join(rest)


def _without_punctuation(text: str) -> str:
    """Return the text from its first word on, with the space before that word."""
    rest = pieces(text)
    while rest and not _words(rest[0]):
        rest.pop(0)
    return "".join(rest)
