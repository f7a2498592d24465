"""Interpreters that have gone wrong without a word about it: silent, or writing without speaking.

What speaks another language than its own is noticed by `spoken_language.LanguageWatch`.
"""

from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.sessions.overlap import RECENT_SENTENCES
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.ports import Clock

SILENT_S = 20.0
"""Speech on the floor without a word from the interpreter before its session is replaced."""
SPOKEN_S = 2.0
SILENT_AFTER_SPEECH = 1.5
"""So many times as long it may take to answer so much speech when the speaker pauses after it."""
MUTE_SENTENCES = 2
"""Finished sentences without a sound before the session is replaced."""
_POLL_S = 0.5


class SilenceWatch:
    """Ends a session that says nothing although the speaker speaks.

    After each alarm it waits twice as long, until the interpreter says something again.

    Args:
        memory: the floor.
        clock: time.

    Attributes:
        expected: the speaker speaks the language himself: an interpreter that says nothing is
            right.
    """

    def __init__(self, memory: FloorMemory, clock: Clock) -> None:
        self.expected = False
        self._memory = memory
        self._clock = clock
        self._answered = 0
        self._patience_s = SILENT_S

    def begin(self) -> None:
        """A session begins, with all the time there is."""
        self._answered = self._memory.spoken

    def answered(self) -> None:
        """The interpreter said something."""
        self._answered = self._memory.spoken
        self._patience_s = SILENT_S

    def unanswered(self, spoken: int) -> int:
        """Samples of speech since the interpreter's last word, of `FloorMemory.spoken` ones."""
        return spoken - self._answered

    async def run(self) -> None:
        """Watch until the interpreter is silent for too long.

        Raises:
            InterpreterFailed: `interpreter_silent`.
        """
        waiting_since: float | None = None
        while True:
            await self._clock.sleep(_POLL_S)
            if self.expected:
                self._answered = self._memory.spoken
            unanswered = self.unanswered(self._memory.spoken)
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


class MuteWatch:
    """Notices an interpreter that writes and does not speak.

    After each alarm it lets twice as many sentences pass, until there is sound again.
    """

    def __init__(self) -> None:
        self._sounded = False
        self._sentences = 0
        self._most_sentences = MUTE_SENTENCES

    def begin(self) -> None:
        """A session begins: what the one before did not speak is not its fault."""
        self._sentences = 0

    def sounded(self) -> None:
        """There was sound."""
        self._sounded = True
        self._sentences, self._most_sentences = 0, MUTE_SENTENCES

    def finished(self) -> bool:
        """A sentence is written.

        Returns:
            Whether it counts as said: it was spoken, or a next session could not hear it again.

        Raises:
            InterpreterFailed: `interpreter_mute`, too many were not spoken.
        """
        if not self._sounded:
            self._sentences += 1
            if self._sentences >= self._most_sentences:
                self._most_sentences *= 2
                raise InterpreterFailed(
                    "interpreter_mute", "the interpreter writes and does not speak", retryable=True
                )
            if self._sentences < RECENT_SENTENCES:
                return False
        self._sounded = False
        return True
