"""The reports of a recogniser to the server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from broadcaster.rehearsal.talk.parts import TextPart, cut_at

MAX_HEARD = 64
"""Most recognitions that wait for a session. Further ones are lost."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recognition:
    """Something that was said, with times on the stream's clock.

    Attributes:
        kind: a sentence of the script, the beginning of something that is still being said, or
            other words.
        start_ms: start of its first word.
        end_ms: end of its last word.
        index: the sentence's place in the script; -1 for other words.
        text: the other words, in lower case if their `language` is empty; empty for a sentence.
        begin: share of the sentence before this part, 0 to 1.
        end: share of the sentence up to the end of this part, 0 to 1.
        language: ISO 639 code of the other words, which are then written with case and
            punctuation; empty if the recogniser knows English alone.
        english: the other words in English, if they are in another language.
        matched: place in the script of the sentence that the other words are; -1 without one.
    """

    kind: Literal["sentence", "begun", "words"]
    start_ms: int
    end_ms: int
    index: int = -1
    text: str = ""
    begin: float = 0.0
    end: float = 1.0
    language: str = ""
    english: str = ""
    matched: int = -1

    def middle_ms(self) -> int:
        """The time that decides which side of a cut it belongs to."""
        return (self.start_ms + self.end_ms) // 2

    def moved(self, ms: int) -> "Recognition":
        """The same with all times `ms` later."""
        return replace(self, start_ms=self.start_ms + ms, end_ms=self.end_ms + ms)

    def part_of(self, text: str) -> TextPart:
        """The part of a sentence, written in any language, that was said here.

        The text is cut at the same share of its words as the speech; without spaces, at the same
        share of its characters. Neighbouring parts that share a cut give the whole text.
        """
        return TextPart(text, cut_at(text, self.begin), cut_at(text, self.end))


class RecognitionQueue:
    """Recognitions that wait for a session, in the order in which they were heard."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Recognition] = asyncio.Queue(MAX_HEARD)

    def put(self, heard: Recognition) -> None:
        """Add the newest; it is lost if the queue is full."""
        if self._waiting.full():
            _log.warning("a sentence is lost: the session is too slow")
            return
        self._waiting.put_nowait(heard)

    async def each(self, deal: Callable[[Recognition], Awaitable[None]]) -> None:
        """Deal with one recognition after the other, until cancelled."""
        while True:
            heard = await self._waiting.get()
            try:
                await deal(heard)
            finally:
                self._waiting.task_done()

    async def done(self) -> None:
        """Wait until everything in the queue was dealt with."""
        await self._waiting.join()
