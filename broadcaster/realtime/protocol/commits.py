"""Decides when a transcription session commits its sound.

This is part of the protocol, and not of the engine above it, because the server may end an item by
itself: the next item then starts there, and only the protocol sees that event.
"""

from enum import Enum, auto

from broadcaster.audio.speech_level import HOP_MS, SpeechLevel
from broadcaster.realtime import wire

PAUSE_MS = 200
"""This much silence ends an item that is long enough."""
_BYTES_PER_MS = wire.SAMPLE_RATE_HZ * wire.SAMPLE_BYTES // 1000


class Due(Enum):
    """The decision about the sound that waits at the server."""

    NOTHING = auto()
    COMMIT = auto()
    CLEAR = auto()
    """It is silence, and models invent words for silence: what is cleared is never transcribed."""


class Commits:
    """Follows the sound of one session.

    Args:
        after_ms: a pause ends an item of at least this length; None leaves commits to the caller.
        at_most_ms: longest item.

    Attributes:
        start_ms: where the current item starts in the sound of the session.
        sent_ms: length of all sound so far.
        speech: whether the current item holds speech.
    """

    def __init__(self, after_ms: int | None, at_most_ms: int) -> None:
        self.start_ms = 0
        self.sent_ms = 0
        self.speech = False
        self._after_ms = after_ms
        self._at_most_ms = at_most_ms
        self._level = SpeechLevel()
        self._quiet_ms = 0

    def push(self, pcm: bytes) -> Due:
        """Note what is sent.

        Raises:
            ValueError: its length is not a multiple of 20 ms.
        """
        for hop in self._level.judge(pcm):
            self.speech = self.speech or hop.voiced
            self._quiet_ms = 0 if hop.voiced else self._quiet_ms + HOP_MS
        self.sent_ms += len(pcm) // _BYTES_PER_MS
        waiting_ms = self.sent_ms - self.start_ms
        if self._after_ms is None:
            return Due.NOTHING
        if waiting_ms >= self._at_most_ms:
            return Due.COMMIT if self.speech else Due.CLEAR
        paused = self._quiet_ms >= PAUSE_MS and waiting_ms >= self._after_ms
        return Due.COMMIT if self.speech and paused else Due.NOTHING

    def take(self) -> tuple[int, int]:
        """End the current item; returns its start and end in milliseconds."""
        taken = self.start_ms, self.sent_ms
        self.start_ms = self.sent_ms
        self.speech = False
        return taken
