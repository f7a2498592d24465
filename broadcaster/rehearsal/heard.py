"""What a recogniser tells the server."""

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heard:
    """Something said, on the stream's own time.

    Attributes:
        kind: a sentence of the script, or other words.
        start_ms: start of its first word.
        end_ms: end of its last word.
        index: the sentence's place in the script; -1 for other words.
        text: the other words, lower case; empty for a sentence.
    """

    kind: Literal["sentence", "words"]
    start_ms: int
    end_ms: int
    index: int = -1
    text: str = ""

    def middle_ms(self) -> int:
        """Where it belongs when a stream is cut in the middle of it."""
        return (self.start_ms + self.end_ms) // 2

    def moved(self, ms: int) -> "Heard":
        """The same on a clock that is `ms` later."""
        return replace(self, start_ms=self.start_ms + ms, end_ms=self.end_ms + ms)
