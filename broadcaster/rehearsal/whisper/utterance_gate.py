"""Finds utterances in the probabilities of speech, so that nothing else reaches the model."""

from collections import deque
from enum import Enum, auto

from broadcaster.rehearsal.whisper.hypothesis import FRAME_MS

_BEGINS_AT = 0.5
_GOES_ON_AT = 0.35
_WINDOW_FRAMES = 10
_VOICED_FRAMES = 6
"""An utterance begins when this many of the last `_WINDOW_FRAMES` frames are speech."""
_BEFORE_MS = 300
"""Sound before the first frame of speech that belongs to it: soft consonants are missed."""
_PAUSE_MS = 640
"""An utterance ends when no frame was speech for this long."""
LOOK_BACK_MS = _WINDOW_FRAMES * FRAME_MS + _BEFORE_MS
"""An utterance that begins now has begun at most this long ago."""


class Edge(Enum):
    """A change of the gate."""

    BEGUN = auto()
    ENDED = auto()


class UtteranceGate:
    """Takes one probability per frame.

    Attributes:
        start_ms: start of the last utterance, on the clock of the stream.
        voiced_ms: how much of it was speech.
        end_ms: its last frame of speech.
        open: it goes on.
    """

    def __init__(self) -> None:
        self._now_ms = 0
        self._window: deque[bool] = deque(maxlen=_WINDOW_FRAMES)
        self.start_ms = self.voiced_ms = self.end_ms = 0
        self.open = False

    @property
    def now_ms(self) -> int:
        """The sound that was heard so far."""
        return self._now_ms

    def hear(self, probability: float) -> Edge | None:
        """Take the next frame; return what changed with it."""
        self._now_ms += FRAME_MS
        if self.open:
            if probability >= _GOES_ON_AT:
                self.voiced_ms += FRAME_MS
                self.end_ms = self._now_ms
            elif self._now_ms - self.end_ms >= _PAUSE_MS:
                self.open = False
                self._window.clear()
                return Edge.ENDED
            return None
        self._window.append(probability >= _BEGINS_AT)
        if sum(self._window) < _VOICED_FRAMES:
            return None
        first_ms = self._now_ms - (len(self._window) - self._window.index(True)) * FRAME_MS
        self.start_ms = max(self.end_ms, first_ms - _BEFORE_MS)
        self.voiced_ms = sum(self._window) * FRAME_MS
        self.end_ms = self._now_ms
        self.open = True
        return Edge.BEGUN
