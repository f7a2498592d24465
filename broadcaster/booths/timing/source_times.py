"""Places the text of a session on the floor: when was it said?"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from broadcaster.audio.speech_level import Run
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.timing.alignment import (
    Speech,
    align,
    breaks_in,
    letters_before,
    spoken_at,
)
from broadcaster.booths.timing.places import JoinedPlace, PlacedText, SingleTime, TextPlace
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
        speech: in which it was said.
    """

    def __init__(self, text: str, language: str, speech: Speech) -> None:
        self._letters = letters_before(text)
        self._speech = speech
        self._knots = align(self._letters[-1], breaks_in(text, language), speech)

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self._speech.starts(self._spoken(left)))

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self._speech.ends(self._spoken(left)))

    def _spoken(self, left: int) -> float:
        return spoken_at(self._knots, self._letters[max(0, len(self._letters) - 1 - left)])


class SourceTimes:
    """Remembers where the latest text of a booth's sessions was said.

    Args:
        buffer: the floor.
        language: ISO 639-1 code of the text; empty if it changes.
    """

    def __init__(self, buffer: FloorBuffer, language: str) -> None:
        self._buffer = buffer
        self._language = language
        self._latest: deque[PlacedText] = deque(maxlen=_FRAGMENTS)

    def add(self, text: str, position: int | None, stretch: tuple[int, int] | None) -> None:
        """Add the next fragment of a session.

        Args:
            text: of any length.
            position: event-clock sample of the floor when it came; None if unknown.
            stretch: the event-clock samples between which it was said; None if unknown.
        """
        if text:
            self._latest.append(PlacedText(text, self._place(text, position, stretch)))

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

    def _place(self, text: str, position: int | None, stretch: tuple[int, int] | None) -> TextPlace:
        if stretch is None:
            return SingleTime(samples_to_ms(self._buffer.end if position is None else position))
        start, end = stretch
        if self._latest and self._ends_sentence(self._latest[-1].text):
            start = self._in_pause(start, after=True)
        if self._ends_sentence(text):
            end = self._in_pause(end, after=False)
        runs: Sequence[Run] = self._buffer.speech_between(start, end)
        return SpokenText(text, self._language, Speech(runs or [(start, max(start, end))]))

    def _ends_sentence(self, text: str) -> bool:
        return ends_sentence(text, self._language)

    def _in_pause(self, cut: int, *, after: bool) -> int:
        """Move a cut between two sentences into the pause there, if it lies in a word.

        Args:
            cut: position at which two stretches meet.
            after: whether to return the end of the pause, and not its start.
        """
        runs = self._buffer.speech_between(cut - _REACH_SAMPLES, cut + _REACH_SAMPLES)
        pauses = [(one[1], other[0]) for one, other in pairwise(runs)]
        inside = any(start < cut < end for start, end in runs)
        if not inside or not pauses:
            return cut
        before, following = min(pauses, key=lambda pause: min(abs(edge - cut) for edge in pause))
        return following if after else before
