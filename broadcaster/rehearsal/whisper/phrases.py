"""Cuts settled words into phrases that can be translated, and finds the prepared talk in them."""

from collections.abc import Sequence
from dataclasses import replace

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, Word, words_of
from broadcaster.rehearsal.hearing.sentence_match import After
from broadcaster.rehearsal.whisper.heard_language import iso_code
from broadcaster.rehearsal.whisper.hypothesis import HeardWord

_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟", "।")
_TITLES = frozenset({"mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "sr.", "sra.", "dott.", "mme."})
_BREAKS = (",", ";", ":", "，", "、", "؛", "،", "；", "：")
_LONG_MS = 9_000
"""A phrase that is longer is cut at a comma."""
_LONGEST_MS = 14_000
"""A phrase that is longer is cut after the last word."""
_FEWEST_WORDS = 4
"""Fewer words before a comma, or between two sentences of the talk, are no phrase."""


class Phrases:
    """Settled words that are no whole phrase yet.

    Args:
        script: the prepared talk.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._words: list[HeardWord] = []
        self.language = ""

    @property
    def start_ms(self) -> int | None:
        """Start of the first word; None without words."""
        return self._words[0].start_ms if self._words else None

    @property
    def text(self) -> str:
        """The words so far."""
        return _text(self._words)

    def add(self, words: Sequence[HeardWord], language: str) -> None:
        """Add words that were settled, all in one language."""
        self._words += words
        self.language = language

    def begun(self, unsettled: Sequence[HeardWord] = ()) -> list[Recognition]:
        """The phrase that is being said, if words are separated by spaces.

        Args:
            unsettled: words that may follow. A last word that may go on with them, like the "cold"
                of "cold-hearted", waits.
        """
        if not self._words or (len(self._words) > 1 and " " not in self.text):
            return []
        words = self._words
        if unsettled and not unsettled[0].text.startswith(" "):
            starts = [number for number, word in enumerate(words) if word.text.startswith(" ")]
            words = words[: starts[-1]] if starts else []
        return [replace(self._recognition(words), kind="begun")] if words else []

    def whole(self) -> Recognition:
        """All words as one phrase; there must be some."""
        return self._recognition(self._words)

    def cut(self, *, ended: bool) -> list[Recognition]:
        """Return the phrases that are whole.

        Args:
            ended: the speaker paused, so that all words are returned.
        """
        heard: list[Recognition] = []
        after = After.PAUSE if ended else After.SILENCE
        used = 0
        for found in self._script.find(plain_words(self._words), after):
            end = found.words_used
            first = next(n for n in range(used, end) if self._words[n].start_ms >= found.start_ms)
            if first - used >= _FEWEST_WORDS:
                heard.append(self._recognition(self._words[used:first]))
                used = first
            sentence = self._recognition(self._words[used:end])
            heard.append(replace(sentence, matched=found.index))
            used = end
        self._words = self._words[used:]
        while count := self._whole(ended=ended):
            heard.append(self._recognition(self._words[:count]))
            self._words = self._words[count:]
        return heard

    def _whole(self, *, ended: bool) -> int:
        """How many words form the next phrase; 0 if it is not whole."""
        plain = plain_words(self._words)
        tail = self._script.tail(plain)
        held = tail and not ended and self._script.explains(plain[len(plain) - tail :])
        free = self._words[: len(self._words) - tail] if held else self._words
        for number, word in enumerate(free):
            if _ends_sentence(word.text):
                return number + 1
        if ended:
            return len(free)
        if not free or held:
            return 0
        length_ms = free[-1].end_ms - free[0].start_ms
        if length_ms > _LONGEST_MS:
            return len(free)
        if length_ms > _LONG_MS:
            breaks = [n for n, word in enumerate(free) if word.text.endswith(_BREAKS)]
            return next((n + 1 for n in reversed(breaks) if n >= _FEWEST_WORDS), 0)
        return 0

    def _recognition(self, words: Sequence[HeardWord]) -> Recognition:
        return Recognition(
            "words",
            words[0].start_ms,
            words[-1].end_ms,
            text=_text(words),
            language=iso_code(self.language),
        )


def _ends_sentence(word: str) -> bool:
    return word.rstrip("\"'”»)").endswith(_ENDS) and word.strip().lower() not in _TITLES


def _text(words: Sequence[HeardWord]) -> str:
    return " ".join("".join(word.text for word in words).split())


def plain_words(words: Sequence[HeardWord]) -> list[Word]:
    """The words as the script spells them, one for one."""
    return [Word("".join(words_of(w.text)), w.start_ms, w.end_ms) for w in words]
