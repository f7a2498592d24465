"""Guesses the language of the floor, and checks that an interpreter speaks its own."""

import asyncio
from collections import deque
from functools import cache
from threading import Lock

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from broadcaster.writing.sentences import ends_sentence
from broadcaster.writing.words import load_japanese_model

SURE = 0.9
MUCH_LIKELIER = 100.0
"""How many times likelier another language must be before the guess changes."""
LONGEST_CHARACTERS = 160
PIECE_BYTES = 80
"""About 15 words. Scripts with more bytes per character have shorter words."""
PIECE_SURE = 0.8
WRONG_PIECES = 3
"""This many pieces in a row must be in the same wrong language."""
SHORTEST_CHARACTERS = 12
"""Too little text to guess from: names and numbers look alike in all languages."""


_SAME = {"fil": "tl", "nb": "no"}
"""Languages the model knows by another code."""
_loading = Lock()


@cache
def _load() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _identifier() -> LanguageIdentifier:
    with _loading:  # booths start together, and the model is large
        return _load()


def model_code(language: str) -> str:
    """A language's code in the model."""
    return _SAME.get(language, language)


async def load_language_models() -> None:
    """Load the models of languages and words, which takes half a second, in a thread."""
    await asyncio.to_thread(_identifier)
    await asyncio.to_thread(load_japanese_model)


class SpokenLanguage:
    """Follows the language of a growing text."""

    def __init__(self) -> None:
        self._recent = ""
        self.language = ""
        """ISO 639-1 code of the newest text; empty until it is known."""

    def add(self, text: str) -> None:
        """Add a fragment of any length, with its own spacing. Each sentence is judged by itself."""
        self._recent = (self._recent + text).lstrip()[-LONGEST_CHARACTERS:]
        if len(self._recent) < SHORTEST_CHARACTERS:
            return
        ranking = _identifier().rank(self._recent)
        language, probability = ranking[0]
        before = dict(ranking).get(self.language, 1.0)
        if probability >= min(SURE, MUCH_LIKELIER * before):
            self.language = language
        if ends_sentence(self._recent, self.language):
            self._recent = ""


class LanguageWatch:
    """Notices an interpreter that speaks a wrong language.

    A classifier confuses related languages. Therefore an alarm needs several long pieces of text in
    the same wrong language. After each alarm it needs twice as many, so that an alarm that did not
    help is not repeated soon. The wrong language may have begun in the piece before the first wrong
    one, because that piece may hold both languages.

    Args:
        language: ISO 639-1 code of the interpreter's language.
    """

    def __init__(self, language: str) -> None:
        self._wanted = model_code(language)
        self._needed = WRONG_PIECES
        self._wrong: list[str] = []
        self._text = ""
        self._starts: deque[int] = deque(maxlen=2)
        self._wrong_since = 0

    def add(self, text: str, position: int) -> int | None:
        """Add a fragment.

        Args:
            text: with its own spacing.
            position: event-clock sample up to which the floor was interpreted before it.

        Returns:
            The position at which the wrong language began; None while the language is right.
        """
        if not self._text:
            self._starts.append(position)
        self._text += text
        if len(self._text.encode()) < PIECE_BYTES:
            return None
        language, probability = _identifier().classify(self._text)
        self._text = ""
        if self._wanted not in _identifier().labels:
            return None
        if language == self._wanted or probability < PIECE_SURE:
            self._wrong = []
            return None
        self._wrong = [*(other for other in self._wrong if other == language), language]
        if len(self._wrong) == 1:
            self._wrong_since = self._starts[0]
        if len(self._wrong) < self._needed:
            return None
        self._wrong = []
        self._needed *= 2
        return self._wrong_since
