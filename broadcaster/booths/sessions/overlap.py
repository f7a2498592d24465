"""Where one session's text ends and another's begins: nothing lost, nothing said twice.

After a drop the next session hears the floor again from the last finished sentence. What it says
about it may repeat words that are already captions; a `RepeatFilter` keeps back what repeats them,
and tells whether the sound that comes with it repeats as well.
"""

import re
import unicodedata
from collections import deque
from dataclasses import dataclass

RECENT_SENTENCES = 8
"""What a session may hear again: as much as it takes to notice an interpreter that went wrong."""
_PIECE = re.compile(r"\s*[^\s\u2e80-\u9fff\uff00-\uffef]+|\s*[\u2e80-\uffef]|\s+$")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]」』）]*$")


def sentence_ends(text: str) -> bool:
    """Whether a sentence ends with this text."""
    return bool(_SENTENCE_END.search(text.rstrip()))


@dataclass(slots=True)
class SaidSentence:
    """What was said of one sentence: its text, and how many of its words had sound."""

    text: str = ""
    sounded_words: int = 0


class SaidText:
    """What a channel has said lately: its last sentences, and the one that is not finished."""

    def __init__(self) -> None:
        self.sentences: deque[SaidSentence] = deque(maxlen=RECENT_SENTENCES)
        self.open = SaidSentence()

    def add(self, text: str) -> bool:
        """Add a fragment; True when it finishes a sentence."""
        self.open.text += text
        if not sentence_ends(self.open.text):
            return False
        self.end()
        return True

    def end(self) -> None:
        """What follows is another sentence, whether or not this one was finished."""
        if self.open.text.strip():
            self.sentences.append(self.open)
        self.open = SaidSentence()

    def sound(self) -> None:
        """Sound was played; it belongs to the newest text."""
        newest = self.open if self.open.text.strip() or not self.sentences else self.sentences[-1]
        newest.sounded_words = len(_words(newest.text))


class RepeatFilter:
    """Takes a new session's text until it says something new.

    It may begin where a sentence or phrase did that was said, also one within a fragment, wherever
    the new session puts the ends of its own. Of a sentence it says differently, all is new but the
    words that are shown of the unfinished one.

    Attributes:
        done: everything is new from here on.
        repeating: the sound that comes now was already played.
    """

    def __init__(self, said: SaidText) -> None:
        self._words: list[str] = []
        self._sounded: list[bool] = []
        self._borders: list[int] = []
        for sentence in (*said.sentences, said.open):
            words = _words(sentence.text)
            before = len(self._words)
            self._borders += [before + start for start in _sentence_starts(sentence.text)]
            self._words += words
            self._sounded += [number < sentence.sounded_words for number in range(len(words))]
        self._open = _words(said.open.text)[_sentence_starts(said.open.text)[-1] :]
        self._held: list[str] = []
        self._places = self._borders
        self._matched = 0
        self.done = not self._words
        self.repeating = False

    def take(self, text: str) -> str:
        """The part of a fragment that is new."""
        fresh, pieces = "", _PIECE.findall(text)
        while pieces and not self.done:
            fresh += self._take_piece(pieces.pop(0))
        if pieces:
            self.repeating = False
        return fresh + "".join(pieces)

    def flush(self) -> str:
        """What is still held back, when nothing follows it."""
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
            if heard and self._open and end == len(self._words):
                self._finish()
            return ""
        return self._release()

    def _release(self) -> str:
        """What is held says something new: leave out of it what was said, up to a border."""
        place, end = self._places[-1], self._places[-1] + self._matched
        border = max((b for b in self._borders if place < b <= end), default=place)
        if end == len(self._words) and not self._open:
            border = end
        rest = _without_words("".join(self._held), border - place)
        if border > place:
            rest = _without_punctuation(rest)
        self.repeating = False
        self._borders = [b for b in self._borders if b > border]
        self._held, self._places, self._matched = [], self._borders, 0
        if border > place and self._matching(_words(rest)):
            return self.take(rest)
        self._finish()
        return _without_words(rest, _common(self._open, _words(rest)))

    def _matching(self, heard: list[str]) -> list[int]:
        """Where these words, as far as they go, were said."""
        return [b for b in self._places if self._words[b : b + len(heard)] == heard]

    def _finish(self) -> None:
        self.done = True
        self._held = []


def _words(text: str) -> list[str]:
    """Words as they are compared: no case, accents of composition or punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [
        word
        for piece in _PIECE.findall(folded)
        if (word := "".join(c for c in piece if not unicodedata.category(c).startswith(("P", "Z"))))
    ]


def _sentence_starts(text: str) -> list[int]:
    """Before which of its words a sentence begins; the first one always counts."""
    starts, words, ended = [0], 0, False
    for piece in _PIECE.findall(text):
        count = len(_words(piece))
        if ended and count:
            starts.append(words)
        words += count
        ended = sentence_ends(piece) or (ended and not count)
    return starts


def _common(known: list[str], heard: list[str]) -> int:
    count = 0
    while count < min(len(known), len(heard)) and known[count] == heard[count]:
        count += 1
    return count


def _without_words(text: str, count: int) -> str:
    pieces = _PIECE.findall(text)
    while count and pieces:
        count -= len(_words(pieces.pop(0)))
    return "".join(pieces)


def _without_punctuation(text: str) -> str:
    """The text from its first word on, with the space before it."""
    pieces = _PIECE.findall(text)
    while pieces and not _words(pieces[0]):
        pieces.pop(0)
    return "".join(pieces)
