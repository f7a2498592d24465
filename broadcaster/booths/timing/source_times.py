"""Places the text of a session on the floor: when was it said?"""

from collections import deque
from functools import cached_property

from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.timing.alignment import (
    Speech,
    align,
    breaks_in,
    letters_before,
    spoken_at,
)
from broadcaster.booths.timing.places import JoinedPlace, PlacedText, SingleTime, TextPlace
from broadcaster.booths.timing.sentence_match import Knot
from broadcaster.booths.timing.sources import AnswerLag
from broadcaster.model.audio import ms_to_samples, samples_to_ms
from broadcaster.writing.sentences import ends_sentence

_FRAGMENTS = 64
"""A session's text is held back for a comparison with earlier text no longer than this."""
_REACH_SAMPLES = ms_to_samples(600)
"""A sentence that was cut in a word ends no further from the cut than this."""


class SpokenText:
    """A text that is spread over the speech in a known part of the floor; a `TextPlace`.

    Args:
        text: what was said there.
        language: ISO 639-1 code; empty if unknown.
        buffer: the floor.
        span: the event-clock samples of the part's start and end.
        begins: whether a sentence begins with the text.
    """

    def __init__(
        self, text: str, language: str, buffer: FloorBuffer, span: tuple[int, int], *, begins: bool
    ) -> None:
        self._text = text
        self._language = language
        self._buffer = buffer
        self._span = span
        self._begins = begins

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self._speech.starts(self._spoken(left)))

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self._speech.ends(self._spoken(left)))

    @cached_property
    def _letters(self) -> list[int]:
        return letters_before(self._text)

    @cached_property
    def _speech(self) -> Speech:
        start, end = self._span
        if self._begins:
            start = self._in_pause(start)
        if ends_sentence(self._text, self._language):
            end = self._in_pause(end)
        if start >= end:
            start, end = self._span
        return Speech(self._buffer.speech_between(start, end) or [(start, end)])

    @cached_property
    def _knots(self) -> list[Knot]:
        breaks = breaks_in(self._text, self._language)
        return align(self._letters[-1], breaks, self._speech)

    def _spoken(self, left: int) -> float:
        return spoken_at(self._knots, self._letters[max(0, len(self._letters) - 1 - left)])

    def _in_pause(self, cut: int) -> int:
        """Move a cut between two sentences to the nearest edge of a pause, if it lies in a word."""
        runs = self._buffer.speech_between(cut - 2 * _REACH_SAMPLES, cut + 2 * _REACH_SAMPLES)
        edges = [edge for run in runs if run[0] < cut < run[1] for edge in run]
        nearest = min(edges, key=lambda edge: abs(edge - cut), default=cut)
        return nearest if abs(nearest - cut) <= _REACH_SAMPLES else cut


class SourceTimes:
    """Remembers where the latest text of a booth's sessions was said.

    Args:
        buffer: the floor.
        language: ISO 639-1 code of the text; empty if it changes.
        lag: measures how late text comes that has no span; None if it is not an interpretation.
    """

    def __init__(self, buffer: FloorBuffer, language: str, lag: AnswerLag | None = None) -> None:
        self._buffer = buffer
        self._language = language
        self._lag = lag
        self._latest: deque[PlacedText] = deque(maxlen=_FRAGMENTS)

    def add(self, text: str, position: int | None, span: tuple[int, int] | None) -> None:
        """Add the next fragment of a session.

        Args:
            text: of any length.
            position: event-clock sample of the floor when it came; None if unknown.
            span: the event-clock samples between which it was said; None if unknown.
        """
        if text:
            self._latest.append(PlacedText(text, self._place(text, position, span)))

    def last(self, text: str) -> TextPlace | None:
        """Return where a text was said that is the end of what was added."""
        fragments: list[PlacedText] = []
        missing = len(text)
        for fragment in reversed(self._latest):
            if missing <= 0:
                break
            fragments.insert(0, fragment)
            missing -= len(fragment.text)
        return JoinedPlace(fragments) if fragments else None

    def _place(self, text: str, position: int | None, span: tuple[int, int] | None) -> TextPlace:
        if span is None:
            return SingleTime(self._said_ms(text, position))
        before = self._latest[-1].text if self._latest else ""
        begins = ends_sentence(before, self._language)
        return SpokenText(text, self._language, self._buffer, span, begins=begins)

    def _said_ms(self, text: str, position: int | None) -> int:
        """When a text without a span was said, as well as it is known."""
        came_ms = samples_to_ms(self._buffer.end if position is None else position)
        if self._lag is None:
            return came_ms
        if position is not None and text.strip():
            self._lag.came(position)
        return max(0, came_ms - self._lag.lag_ms)
