"""Finds the words that lie where a voice was heard, in the last moments of a stream."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from broadcaster.rehearsal.whisper.hypothesis import FRAME_MS, HeardWord

_VOICE = 0.35
_NEAR_MS = 100
"""A model places the edges of a word only so exactly."""
_LEAST = 0.3
"""Share of a word that is voice; the rest may be a soft consonant or a pause that was taken in."""


class VoiceTrack:
    """Takes one probability of speech per frame, and keeps whether it was a voice.

    Args:
        kept_ms: older frames are forgotten.
    """

    def __init__(self, kept_ms: int) -> None:
        self._voiced: deque[bool] = deque(maxlen=kept_ms // FRAME_MS)
        self._frames = 0

    def hear(self, probability: float) -> None:
        """Take the next frame."""
        self._voiced.append(probability >= _VOICE)
        self._frames += 1

    def voiced_ms(self, start_ms: int, end_ms: int) -> int:
        """How much voice lies between two times of the stream, as far as it is known."""
        first = self._frames - len(self._voiced)
        begin = max(0, start_ms // FRAME_MS - first)
        end = max(begin, -(-end_ms // FRAME_MS) - first)
        return sum(islice(self._voiced, begin, end)) * FRAME_MS

    def spoken(self, words: Sequence[HeardWord]) -> list[HeardWord]:
        """The words that lie where a voice was heard; a model also writes words to other sounds."""
        return [
            word
            for word in words
            if self.voiced_ms(word.start_ms - _NEAR_MS, word.end_ms + _NEAR_MS)
            >= max(FRAME_MS, _LEAST * (word.end_ms - word.start_ms))
        ]
