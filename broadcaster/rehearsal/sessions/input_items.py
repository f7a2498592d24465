"""The items of a transcription, and the words that belong to each."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from broadcaster.rehearsal.sessions.output import Span, between


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word, and the times of the input between which it was said."""

    text: str
    start_ms: int
    end_ms: int

    @property
    def middle_ms(self) -> int:
        """The time that decides which item it belongs to."""
        return (self.start_ms + self.end_ms) // 2


def said_words(text: str, span: Span) -> list[SaidWord]:
    """The words of a text, evenly spread over the time in which it was said."""
    words = text.split(" ")
    edges = [between(span, number / len(words)) for number in range(len(words) + 1)]
    return [SaidWord(word, *times) for word, times in zip(words, pairwise(edges), strict=True)]


@dataclass(eq=False, slots=True)
class InputItem:
    """A stretch of sound that the client committed or will commit.

    Attributes:
        start_ms: its start on the clock of the input.
        end_ms: its end on that clock; None until it is committed or cleared.
        words: what was said in it so far, without the sentence that is still being said.
        begun: some of its text was sent.
        failing: a fault suppresses its final text.
        cleared: the client cleared it, so no text is sent.
    """

    start_ms: int
    end_ms: int | None = None
    words: list[str] = field(default_factory=list)
    begun: bool = False
    failing: bool = False
    cleared: bool = False
    item_id: str = field(default_factory=lambda: f"item_{uuid.uuid4().hex[:20]}")


class InputItems:
    """The items whose text is not complete, in their order; the last one is open."""

    def __init__(self) -> None:
        self._items = [InputItem(0)]

    @property
    def open(self) -> InputItem:
        """The item that goes on."""
        return self._items[-1]

    def end(self, at_ms: int) -> InputItem:
        """End the open item at a time of the input, begin another, and return the ended one."""
        item = self.open
        item.end_ms = at_ms
        self._items.append(InputItem(at_ms))
        return item

    def remove(self, item: InputItem) -> None:
        """Forget an ended item, whose text is complete."""
        self._items.remove(item)

    def placed(
        self, words: Sequence[SaidWord], sent: Sequence[InputItem], received_ms: int
    ) -> tuple[list[tuple[InputItem, SaidWord]], list[SaidWord]]:
        """The words with their items, and those that are early.

        A word that was sent stays in its item until that is complete, and no word is in an earlier
        item than the word before it. A word is early if its sound was not received yet.

        Args:
            words: of one sentence, in their order.
            sent: the items of the first of these words, which were sent.
            received_ms: length of the input so far.
        """
        placed, early, first = list[tuple[InputItem, SaidWord]](), list[SaidWord](), 0
        for number, word in enumerate(words):
            item = sent[number] if number < len(sent) else None
            if item not in self._items:
                item = None
            if item is None and word.middle_ms >= received_ms:
                early.append(word)
                continue
            if item is None:
                later = self._items[first:]
                item = next(
                    one for one in later if one.end_ms is None or word.middle_ms < one.end_ms
                )
            first = self._items.index(item)
            placed.append((item, word))
        return placed, early
