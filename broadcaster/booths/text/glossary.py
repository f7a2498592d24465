"""Whether a channel says the glossary's terms as it should."""

import re
import unicodedata
from collections import deque
from dataclasses import dataclass, field

from broadcaster.model.event import Event

WINDOW_MS = 30_000
"""A term and its translation belong together when they are no further apart than this."""
_TAIL_CHARACTERS = 200
"""Longer than any term (80 characters)."""


@dataclass(slots=True)
class _Term:
    """One term, and when it was said without its translation, or the other way round."""

    said: re.Pattern[str]
    wanted: str
    waiting_ms: deque[int] = field(default_factory=deque)
    spare_ms: deque[int] = field(default_factory=deque)


class GlossaryWatch:
    """Counts how often one language's terms were said, and how often as the glossary wants it.

    A term is said when the source captions hold it as whole words. It is hit when the channel's
    text holds its translation, a name itself, within `WINDOW_MS` before or after. Case does not
    matter; an inflected form counts when it holds the translation.

    Args:
        language: the channel's tag.

    Attributes:
        hits: terms that were said, with their translation.
        missed: terms that were said, without it, by now.
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
        """Take the glossary of an event, if it is another one."""
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
        """Count what has waited for its translation in vain."""
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
