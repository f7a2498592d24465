"""Counts whether a channel says the terms of the glossary as the organizer wants them."""

import re
import unicodedata
from collections import deque
from dataclasses import dataclass, field

from broadcaster.model.event import Event

WINDOW_MS = 30_000
"""A term and its translation belong together if they are at most this far apart."""
_TAIL_CHARACTERS = 200
"""Longer than any term (80 characters)."""


@dataclass(slots=True)
class _Term:
    """One term: when it was said without its translation, and its translation without it."""

    said: re.Pattern[str]
    wanted: str
    waiting_ms: deque[int] = field(default_factory=deque)
    spare_ms: deque[int] = field(default_factory=deque)


class GlossaryWatch:
    """Counts how often one language's terms were said, and how often as the glossary wants it.

    A term is said when the source captions contain it as whole words. It is a hit when the
    channel's text contains its translation within `WINDOW_MS` before or after; for a name to keep
    untranslated, the name itself. Case does not matter. An inflected form counts if it contains
    the translation.

    Args:
        language: the channel's tag.

    Attributes:
        hits: terms that were said and had their translation.
        missed: terms that were said and whose translation did not come in time.
    """

    def __init__(self, language: str) -> None:
        self.hits = 0
        self.missed = 0
        self._language = language
        self._event: Event | None = None
        self._terms: list[_Term] = []
        self._source_tail = ""
        self._channel_tail = ""

    def use(self, event: Event) -> None:
        """Take the glossary of an event, if it has changed."""
        known = self._event
        self._event = event
        if known and (known.glossary, known.do_not_translate) == (
            event.glossary,
            event.do_not_translate,
        ):
            return
        wanted = {name: name for name in event.do_not_translate}
        for term in event.glossary:
            if self._language in term.translations:
                wanted[term.text] = term.translations[self._language]
        self._terms = [
            _Term(re.compile(rf"(?<!\w){re.escape(_plain(text))}(?!\w)"), _plain(translation))
            for text, translation in wanted.items()
        ]

    def hear_source(self, text: str, now_ms: int) -> None:
        """The next finished piece of the source captions, at `now_ms` of the event clock."""
        before = f"{self._source_tail} "
        heard = before + _plain(text).strip()
        for term in self._terms:
            for match in term.said.finditer(heard):
                if match.end() > len(before):
                    self._pair(term.spare_ms, term.waiting_ms, now_ms)
        self._source_tail = heard[-_TAIL_CHARACTERS:]

    def hear_channel(self, text: str, now_ms: int) -> None:
        """A fragment of the channel's text, with its own spacing."""
        heard = self._channel_tail + _plain(text)
        for term in self._terms:
            start = max(0, len(self._channel_tail) - len(term.wanted) + 1)
            for _ in range(heard[start:].count(term.wanted)):
                self._pair(term.waiting_ms, term.spare_ms, now_ms)
        self._channel_tail = heard[-_TAIL_CHARACTERS:]

    def expire(self, now_ms: int) -> None:
        """Count terms whose translation did not come in time as missed."""
        for term in self._terms:
            self.missed += _drop_old(term.waiting_ms, now_ms)
            _drop_old(term.spare_ms, now_ms)

    def _pair(self, others_ms: deque[int], own_ms: deque[int], now_ms: int) -> None:
        self.expire(now_ms)
        if others_ms:
            others_ms.popleft()
            self.hits += 1
        else:
            own_ms.append(now_ms)


def _drop_old(times_ms: deque[int], now_ms: int) -> int:
    dropped = 0
    while times_ms and now_ms - times_ms[0] > WINDOW_MS:
        times_ms.popleft()
        dropped += 1
    return dropped


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold())
