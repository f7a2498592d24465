"""Leaves out sentences that are captions already, although another engine words them differently.

If the voice of an engine is behind its text, a session that follows it has to speak sentences that
listeners have read. The same words are found by `overlap`. Here a sentence counts as shown if it
ends at the same place on the floor as a caption, or before.
"""

from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.model.audio import ms_to_samples
from broadcaster.writing.sentences import sentence_ends

SAME_PLACE_SAMPLES = ms_to_samples(500)
"""Two engines whose sentences end this closely to each other have finished the same sentence."""
_SILENT_S = 0.3
"""So have two between whose ends there is less speech than this."""
_LONGEST_S = 5.0
"""A sentence that goes on after this much speech beyond the captions is another one."""


def is_same_place(buffer: FloorBuffer, one: int, other: int) -> bool:
    """Whether sentences that end at these event-clock samples are the same one."""
    first, last = min(one, other), max(one, other)
    if last - first <= SAME_PLACE_SAMPLES:
        return True
    return buffer.speech.spoken_s(first, last) < _SILENT_S


class ShownText:
    """Holds the first sentences of a session back until it is known whether they are captions.

    Args:
        buffer: the floor.
        language: ISO 639-1 code of the text; empty if it changes.
    """

    def __init__(self, buffer: FloorBuffer, language: str) -> None:
        self._buffer = buffer
        self._language = language
        self._written_until = 0
        self._until: int | None = None
        self._held = ""

    @property
    def holds(self) -> bool:
        """Whether text is held back."""
        return self._until is not None

    def wrote(self, done_at: int) -> None:
        """Take note that a sentence is a caption.

        Args:
            done_at: event-clock sample up to which it interprets the floor.
        """
        self._written_until = max(self._written_until, done_at)

    def forget(self, position: int) -> None:
        """The captions after this event-clock sample do not count: they are to be written again."""
        self._written_until = min(self._written_until, position)

    def begin(self, spoken_until: int) -> None:
        """Begin a session, which hears the floor from this event-clock sample on."""
        self._held = ""
        until = self._written_until
        known = until <= spoken_until or is_same_place(self._buffer, spoken_until, until)
        self._until = None if known else until

    def take(self, fresh: str, position: int | None) -> str:
        """Return the text that may be shown now.

        Args:
            fresh: words that no caption has.
            position: its place on the floor, an event-clock sample; None if unknown.
        """
        if self._until is None:
            return fresh
        self._held += fresh
        if position is None or self._buffer.speech.spoken_s(self._until, position) > _LONGEST_S:
            return self.flush()
        return ""

    def ended(self, done_at: int) -> str:
        """A sentence ended; return the text that may be shown now.

        Args:
            done_at: event-clock sample up to which it interprets the floor.
        """
        if self._until is None:
            return ""
        if done_at > self._until and not is_same_place(self._buffer, done_at, self._until):
            return self.flush()
        ends = sentence_ends(self._held, self._language)
        self._held = self._held[ends[-1] :] if ends else ""
        return ""

    def flush(self) -> str:
        """Hold nothing back any more; return what was held."""
        held, self._held, self._until = self._held, "", None
        return held
