"""Where one session's text ends and another's begins: nothing lost, nothing said twice.

After a drop the next session hears the floor again from the last finished sentence. What it says
about it may repeat words that are already captions; a `Seam` holds back what repeats them, and
tells whether the sound that comes with it repeats as well.
"""

import re
import unicodedata
from collections import deque

RECENT_SENTENCES = 3
_PIECE = re.compile(r"\s*[^\s\u2e80-\u9fff\uff00-\uffef]+|\s*[\u2e80-\uffef]|\s+$")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]」』）]*$")


def sentence_ends(text: str) -> bool:
    """Whether a sentence ends with this text."""
    return bool(_SENTENCE_END.search(text.rstrip()))


class SaidText:
    """What a channel has said lately: its last sentences, and the one that is not finished."""

    def __init__(self) -> None:
        self.sentences: deque[str] = deque(maxlen=RECENT_SENTENCES)
        self.open = ""

    def add(self, text: str) -> bool:
        """Add a fragment; True when it finishes a sentence."""
        self.open += text
        if not sentence_ends(self.open):
            return False
        self.sentences.append(self.open)
        self.open = ""
        return True


class Seam:
    """Takes a new session's text until it says something new.

    Attributes:
        done: the seam is passed; everything is new from here on.
        repeating: the sound that comes now belongs to words that were already said.
    """

    def __init__(self, said: SaidText) -> None:
        self._sentences = [_words(sentence) for sentence in said.sentences]
        self._open = _words(said.open)
        self._held: list[str] = []
        self.done = not (self._sentences or self._open)
        self.repeating = False

    def take(self, text: str) -> str:
        """The part of a fragment that is new."""
        if self.done:
            return text
        fresh = ""
        pieces = _PIECE.findall(text)
        while pieces and not self._passed():
            fresh += self._take_piece(pieces.pop(0))
        return fresh + "".join(pieces)

    def _passed(self) -> bool:
        return self.done

    def flush(self) -> str:
        """What is still held back, when nothing follows it."""
        held = "" if self.repeating else "".join(self._held)
        self._held = []
        self.done = True
        return held

    def _take_piece(self, piece: str) -> str:
        self._held.append(piece)
        heard = _words("".join(self._held))
        if heard in self._sentences:
            self.repeating = True
            if sentence_ends(piece):
                self._held = []
            return ""
        if not heard or any(_starts(known, heard) for known in self._sentences):
            self.repeating = bool(heard)
            return ""
        if self._open and _starts(self._open, heard):
            self.repeating = True
            if len(heard) == len(self._open):
                self._finish()
            return ""
        known = _common(self._open, heard)
        fresh = _without_words("".join(self._held), known)
        self._finish()
        self.repeating = False
        return fresh

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


def _starts(known: list[str], heard: list[str]) -> bool:
    return len(heard) <= len(known) and known[: len(heard)] == heard


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
