"""What a recogniser tells the server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

MAX_HEARD = 64
"""What may wait for a session; beyond it the newest is lost."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something said, on the stream's own time.

    Attributes:
        kind: a sentence of the script, the beginning of one that goes on, or other words.
        start_ms: start of its first word.
        end_ms: end of its last word.
        index: the sentence's place in the script; -1 for other words.
        text: the other words, lower case; empty for a sentence.
        begin: how much of the sentence came before, 0 to 1; 0 for its start.
        end: how much of it is over with this; 1 for its end.
    """

    kind: Literal["sentence", "begun", "words"]
    start_ms: int
    end_ms: int
    index: int = -1
    text: str = ""
    begin: float = 0.0
    end: float = 1.0

    def middle_ms(self) -> int:
        """Where it belongs when a stream is cut in the middle of it."""
        return (self.start_ms + self.end_ms) // 2

    def moved(self, ms: int) -> "Heard":
        """The same on a clock that is `ms` later."""
        return replace(self, start_ms=self.start_ms + ms, end_ms=self.end_ms + ms)

    def part_of(self, text: str) -> str:
        """What of the sentence, written in any language, was said here.

        The cut is where as much of the words has passed as of the spoken ones (of the characters
        in writing without spaces). Neighbouring parts that share a cut give the whole text.
        """
        joint = " " if " " in text else ""
        units = text.split(" ") if joint else list(text)
        return joint.join(units[round(self.begin * len(units)) : round(self.end * len(units))])


class HeardQueue:
    """What a session still has to deal with, in the order it was heard."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue(MAX_HEARD)

    def put(self, heard: Heard) -> None:
        """Add the newest."""
        if self._waiting.full():
            _log.warning("a sentence is lost: too many wait")
            return
        self._waiting.put_nowait(heard)

    async def each(self, deal: Callable[[Heard], Awaitable[None]]) -> None:
        """Deal with one after the other, until cancelled."""
        while True:
            heard = await self._waiting.get()
            try:
                await deal(heard)
            finally:
                self._waiting.task_done()

    async def done(self) -> None:
        """Wait until all is dealt with."""
        await self._waiting.join()
