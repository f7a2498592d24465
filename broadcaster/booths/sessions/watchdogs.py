"""Watchdogs for interpreters that fail without an error: silent, mute, or far behind.

An interpreter that speaks the wrong language is noticed by `spoken_language.LanguageWatch`.
"""

from collections.abc import Callable

from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.repeats.overlap import RECENT_SENTENCES
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.ports import Clock

SILENT_S = 20.0
"""After this much speech on the floor without an answer the session is replaced."""
SPOKEN_S = 2.0
"""Less speech than this needs no answer."""
SILENT_AFTER_SPEECH = 1.5
"""If the speaker pauses, the answer may take this many times `SILENT_S` of real time."""
MUTE_SENTENCES = 2
"""After this many finished sentences without sound the session is replaced."""
MUTE_S = 15.0
"""But not sooner after the first: a voice may be late, and short sentences come together."""
BEHIND_FOR_S = 8.0
"""A session may be too far behind for this long; then another engine takes over."""
CATCHES_UP_S = 1.0
"""A session that has become less late by this much in that time is given as much time again."""
TOO_FAR_BEHIND = "interpreter_behind"
"""Error id of an interpreter that stays too far behind the speaker."""


class SilenceWatch:
    """Ends a session that says nothing although the speaker speaks.

    Each alarm doubles its patience, until the interpreter says something again.

    Args:
        buffer: the floor.
        clock: time.
        silence_expected: whether an interpreter is right to say nothing now.
    """

    def __init__(
        self, buffer: FloorBuffer, clock: Clock, silence_expected: Callable[[], bool]
    ) -> None:
        self._buffer = buffer
        self._clock = clock
        self._silence_expected = silence_expected
        self._answered = 0
        self._patience_s = SILENT_S

    def begin(self) -> None:
        """A session begins and has all the time there is."""
        self._answered = self._buffer.spoken

    def answered(self) -> None:
        """The interpreter said something."""
        self._answered = self._buffer.spoken
        self._patience_s = SILENT_S

    def unanswered(self, spoken: int) -> int:
        """Samples of speech after the last answer, out of `FloorBuffer.spoken` samples."""
        return spoken - self._answered

    async def run(self) -> None:
        """Look at every block of the floor until the interpreter has been silent for too long.

        Raises:
            InterpreterFailed: `interpreter_silent`.
        """
        waiting_since: float | None = None
        while True:
            await self._buffer.grown()
            if self._silence_expected():
                self._answered = self._buffer.spoken
            unanswered = self.unanswered(self._buffer.spoken)
            if unanswered < SPOKEN_S * CLOCK_HZ:
                waiting_since = None
                continue
            now = self._clock.monotonic()
            waiting_since = now if waiting_since is None else waiting_since
            overdue = now - waiting_since > SILENT_AFTER_SPEECH * self._patience_s
            if overdue or unanswered > self._patience_s * CLOCK_HZ:
                self._patience_s *= 2
                raise InterpreterFailed(
                    "interpreter_silent",
                    "the interpreter says nothing although the speaker speaks",
                    retryable=True,
                )


class LagWatch:
    """Ends a session that stays too far behind the speaker, if another engine could take over.

    The backlog is the speech after the newest place on the floor that the session has answered, as
    far as its provider says to which place an answer belongs.

    Args:
        buffer: the floor.
        clock: time.
        limit_s: seconds of speech that a session may be behind; asked again and again.
        may_change: whether another engine could take over now.
        silence_expected: whether an interpreter is right to say nothing now.
    """

    def __init__(
        self,
        buffer: FloorBuffer,
        clock: Clock,
        *,
        limit_s: Callable[[], float],
        may_change: Callable[[], bool],
        silence_expected: Callable[[], bool],
    ) -> None:
        self._buffer = buffer
        self._clock = clock
        self._limit_s = limit_s
        self._may_change = may_change
        self._silence_expected = silence_expected
        self._reached = 0

    def begin(self, position: int) -> None:
        """A session begins, which hears the floor from this event-clock sample on."""
        self._reached = position

    def answered(self, position: int | None) -> None:
        """The interpreter said something.

        Args:
            position: event-clock sample of the floor it was interpreted from; None if unknown.
        """
        self._reached = max(self._reached, self._buffer.end if position is None else position)

    async def run(self) -> None:
        """Look at every block of the floor until the session has been too far behind for too long.

        Raises:
            InterpreterFailed: `interpreter_behind`.
        """
        since: float | None = None
        behind_then_s = 0.0
        while True:
            await self._buffer.grown()
            if self._silence_expected():
                self._reached = self._buffer.end
            behind_s = self._behind_s()
            if behind_s <= self._limit_s() or not self._may_change():
                since = None
                continue
            now = self._clock.monotonic()
            if since is None:
                since, behind_then_s = now, behind_s
            if now - since < BEHIND_FOR_S:
                continue
            if behind_s > behind_then_s - CATCHES_UP_S:
                raise InterpreterFailed(
                    TOO_FAR_BEHIND,
                    f"the interpreter is {behind_s:.0f} s of speech behind the speaker",
                    retryable=True,
                )
            since, behind_then_s = now, behind_s

    def _behind_s(self) -> float:
        end = self._buffer.end
        if end - self._reached <= self._limit_s() * CLOCK_HZ:
            return 0.0
        return self._buffer.speech.spoken_s(self._reached, end)


class MuteWatch:
    """Notices an interpreter that writes and does not speak.

    Each alarm doubles the sentences it lets pass, until there is sound again.
    """

    def __init__(self) -> None:
        self._sounded = False
        self._sentences = 0
        self._since = 0
        self._most_sentences = MUTE_SENTENCES

    def begin(self) -> None:
        """Begin a session: what the previous session left unspoken does not count against it."""
        self._sounded, self._sentences = False, 0

    def sounded(self) -> None:
        """There was sound."""
        self._sounded = True
        self._sentences, self._most_sentences = 0, MUTE_SENTENCES

    def finished(self, now: int) -> bool:
        """A sentence was written.

        Args:
            now: event-clock sample of the floor.

        Returns:
            Whether it counts as said: it was spoken, or it is too far back to be replayed.

        Raises:
            InterpreterFailed: `interpreter_mute`: too many sentences were not spoken.
        """
        if not self._sounded:
            self._since = self._since if self._sentences else now
            self._sentences += 1
            late = now - self._since >= MUTE_S * CLOCK_HZ
            if late and self._sentences >= self._most_sentences:
                self._most_sentences *= 2
                raise InterpreterFailed(
                    "interpreter_mute", "the interpreter writes and does not speak", retryable=True
                )
            if self._sentences < RECENT_SENTENCES:
                return False
        self._sounded = False
        return True
