"""Notes what a channel's sessions answer, for the watchdogs, and knows what they still owe."""

from collections.abc import Callable

from broadcaster.booths.engines.engine import EngineOutput, SourceText, TextOutput
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.last_words import OWED_S
from broadcaster.booths.sessions.output import SessionOutput
from broadcaster.booths.sessions.watchdogs import LagWatch, SilenceWatch
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of

_LONGEST_WAIT = ms_to_samples(100_000)
"""Nobody waits any longer for an answer. `SpeechTimes` knows not much more of the floor; what it
has forgotten counts there as speech."""


class ChannelAnswers:
    """The answers of one channel's sessions.

    Args:
        buffer: the floor.
        clock: time.
        output: takes what the sessions say.
        silence_expected: whether an interpreter is right to say nothing now.
        limit_s: seconds of speech that a session may be behind; asked again and again.
        may_change: whether another engine could take over now.
    """

    def __init__(
        self,
        buffer: FloorBuffer,
        clock: Clock,
        output: SessionOutput,
        *,
        silence_expected: Callable[[], bool],
        limit_s: Callable[[], float],
        may_change: Callable[[], bool],
    ) -> None:
        self._buffer = buffer
        self._output = output
        self._silence_expected = silence_expected
        self._answered_until = 0
        self._silence_watch = SilenceWatch(buffer, clock, self._owes_nothing)
        self._lag_watch = LagWatch(
            buffer,
            clock,
            limit_s=limit_s,
            may_change=may_change,
            silence_expected=silence_expected,
        )

    def begin(self) -> None:
        """A session begins."""
        self._silence_watch.begin()
        self._lag_watch.begin(self._output.done_until)
        self._answered_until = self._buffer.end

    def take(self, answer: EngineOutput) -> None:
        """Note how far the interpreter has come: with its voice, if that is behind its text."""
        self._silence_watch.answered()
        self._answered_until = self._buffer.end
        is_ahead = self._output.voice_is_late and isinstance(answer, TextOutput)
        if not (is_ahead or isinstance(answer, SourceText)):
            self._lag_watch.answered(answer.position)

    def are_owed(self, spoken_at_cut: int) -> bool:
        """Whether a session that was cut off left speech unanswered, or a sentence unspoken.

        Args:
            spoken_at_cut: samples of speech on the floor when it was cut off.
        """
        owed = self._output.unfinished or self._output.owes_sound
        return owed or self._silence_watch.unanswered(spoken_at_cut) > OWED_S * CLOCK_HZ

    async def run(self) -> None:
        """Watch until the session has been silent, or too far behind, for too long.

        Raises:
            InterpreterFailed: `interpreter_silent` or `interpreter_behind`.
        """
        await first_of(self._silence_watch.run(), self._lag_watch.run(), name="watch the answers")

    def _owes_nothing(self) -> bool:
        """Whether the interpreter may be silent: hum and noise are loud, and need no answer."""
        end = self._buffer.end
        start = max(self._answered_until, end - _LONGEST_WAIT)
        unanswered = self._buffer.speech.last_spoken(start, end)
        return unanswered is None or self._silence_expected()
