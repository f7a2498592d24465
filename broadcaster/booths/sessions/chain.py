"""Replaces engine sessions one after the other, so that a booth interprets for hours without a gap.

A session is replaced before the server ends it. The next session is opened first. Then the floor is
cut between the two, in a pause of the speaker. The old session finishes its part, and the output of
the new one follows. After a drop the next session hears the floor again, from the end of the last
finished sentence.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from broadcaster.booths.engines.engine import Done, EngineOutput
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.answers import ChannelAnswers
from broadcaster.booths.sessions.counts import SessionCounts
from broadcaster.booths.sessions.failover import ChannelEngines, EngineRanking
from broadcaster.booths.sessions.fed_session import DRAIN_S, FedSession
from broadcaster.booths.sessions.last_words import LastWords
from broadcaster.booths.sessions.output import SessionOutput, Sink, is_answer
from broadcaster.booths.sessions.recovery import Recovery, ReportState
from broadcaster.booths.sessions.standby import StandIn
from broadcaster.booths.sessions.succession import Succession
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.errors import InterpreterFailed
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.system.tasks import first_of
from broadcaster.writing.scripts import base_language


class SessionChain:
    """Interprets for one channel until cancelled.

    Args:
        language: BCP 47 tag, or `floor`.
        event: the current version of the event.
        opener: opens sessions of the preferred engine.
        buffer: the floor.
        sink: receives speech and text.
        report_state: receives each change of state.
        clock: time.
        language_watch: notices an interpreter in the wrong language; None allows any.
        voiced: whether the engine speaks; a transcriber only writes.
        fallbacks: open sessions of the engines that take over when it has trouble, in this order.
        finishes: asked when it is cancelled; False drops the sentence under way, because another
            booth says it.

    Attributes:
        recovery: knows which of them failed.
    """

    def __init__(
        self,
        *,
        language: str,
        event: Event,
        opener: EngineOpener,
        buffer: FloorBuffer,
        sink: Sink,
        report_state: ReportState,
        clock: Clock,
        language_watch: LanguageWatch | None = None,
        voiced: bool = True,
        fallbacks: Sequence[EngineOpener] = (),
        finishes: Callable[[], bool] = lambda: True,
    ) -> None:
        self._finishes = finishes
        self._goes_on = False
        self._leaving = asyncio.Event()
        self._last_words = LastWords(buffer)
        self._language = language
        self._event = event
        self._ranking = EngineRanking((opener, *fallbacks), clock)
        self.recovery = Recovery(
            language, self._ranking, report_state, clock, self.left, self._last_words
        )
        self._buffer = buffer
        self._report_state = report_state
        spoken = "" if language == FLOOR else base_language(language)
        self._output = SessionOutput(
            buffer=buffer, sink=sink, language_watch=language_watch, language=spoken, voiced=voiced
        )
        self._answers = ChannelAnswers(
            buffer,
            clock,
            self._output,
            silence_expected=sink.silence_expected,
            limit_s=lambda: self._event.failover.behind_s,
            may_change=lambda: self._ranking.another_is_ready(self.rank),
        )
        self._counts = SessionCounts()
        engines = ChannelEngines(
            language, self._ranking, buffer, clock, self._counts, lambda: self._event
        )
        self._sessions = Succession(engines, report_state, self._leaving)
        self._stand_in = StandIn(
            engines,
            spoken,
            rank=lambda: self.rank,
            done_until=lambda: self._output.done_until,
        )

    def go_on_after(self, texts: list[str], done_until: int) -> None:
        """Begin where another booth stopped; see `SessionOutput.go_on_after`."""
        self._output.go_on_after(texts, done_until)
        self._goes_on = True

    def begin_now(self) -> None:
        """Begin with what is said from now on, whatever another booth left."""
        self._goes_on = False

    def leave(self, at: int | None = None) -> None:
        """Finish, and let `run` return when all is said up to there.

        Args:
            at: event-clock sample up to which is heard, whatever sessions fail; None for the
                speaker's next pause, after which another booth goes on.
        """
        self._last_words.until = at
        self._leaving.set()

    async def run(self) -> None:
        """Interpret until cancelled; then let the session finish its sentence."""
        if not self._goes_on:
            self._output.done_until = self._buffer.end
        self._goes_on = False
        await first_of(
            self._interpret(), self._stand_in.run(), name=f"sessions of {self._language}"
        )

    async def _interpret(self) -> None:
        """Open one session after the other until the chain has to leave."""
        while not (self._leaving.is_set() and self._last_words.are_said(self._output.done_until)):
            self._report_state(BoothState.CONNECTING, "")
            try:
                ready = self._stand_in.take(self._ranking.rank)
                self._begin(ready or await self._sessions.open())
                await self._listen_until_one_fails()
            except InterpreterFailed as failure:
                current = self._sessions.current
                await self.recovery.recover(
                    failure,
                    self.rank,
                    ready=self._stand_in.ready,
                    sends_unusable=current is not None and current.sends_unusable,
                )
            finally:
                await self._sessions.dispose()

    def use_event(self, event: Event) -> None:
        """Use this version of the event for the next sessions."""
        self._event = event

    def hear_again_from(self, position: int) -> None:
        """Let the session hear what was buffered from `position` on since it was fed."""
        self._sessions.hear_again_from(position)

    @property
    def sessions(self) -> int:
        """How many sessions were opened so far."""
        return self._sessions.opened

    @property
    def rotates_at_ms(self) -> int | None:
        """Unix time at which the current session will be replaced, once it is known."""
        return self._sessions.rotates_at_ms

    @property
    def counts(self) -> SessionCounts:
        """Counts of all sessions so far."""
        self._sessions.count()
        self._stand_in.count()
        return self._counts

    @property
    def stands_by(self) -> int | None:
        """Number of the engine that listens and would speak next; None without one."""
        return self._stand_in.ready

    @property
    def rank(self) -> int:
        """Number of the engine that speaks now, or is opened next; 0 for the preferred one."""
        return self._sessions.rank

    @property
    def session_began_at_ms(self) -> int | None:
        """Unix time at which the current session was opened; None without one."""
        current = self._sessions.current
        return current.began_at_ms if current is not None else None

    def _begin(self, session: FedSession) -> None:
        """Start a session that hears everything that is not interpreted yet."""
        self._answers.begin()
        self._output.begin()
        self._sessions.begin(session, self._output.done_until)
        self._report_state(BoothState.LIVE, "")

    async def left(self) -> None:
        """Return when it has been told to leave."""
        await self._leaving.wait()

    async def _listen_until_one_fails(self) -> None:
        """Take the output of one session after the other, until one fails."""
        try:
            await first_of(
                self._listen(),
                self._mark_beginning(),
                self._sessions.rotate(),
                self._sessions.find_better(),
                self._sessions.stop_at_pause(self._last_words),
                self._answers.run(),
                name=f"interpret {self._language}",
            )
        except asyncio.CancelledError:
            if self._finishes():
                await self._finish()
            raise

    async def _mark_beginning(self) -> None:
        """Note where this booth began, or one that dies in its first sentence would lose that."""
        while (first := self._buffer.after(self._output.done_until)) is None:
            await self._buffer.grown()
        self._output.begin_at(first.position)
        await asyncio.get_running_loop().create_future()

    async def _listen(self) -> None:
        """Take outputs until the last session has said all it heard.

        Raises:
            InterpreterFailed: a session failed, or ended too early.
        """
        sessions = self._sessions
        while True:
            assert sessions.current is not None
            output = await sessions.current.output()
            if output is not None:
                self._push_output(output)
                continue
            if sessions.following is None and sessions.stopped_at is not None:
                late = self._last_words.until is not None  # an answer may be to what was long ago
                complete = sessions.current.complete or not (late or self._owes())
                self._output.leave(sessions.stopped_at, complete=complete)
                return
            if sessions.following is None:
                raise InterpreterFailed(
                    "session_ended", "the interpreter ended the session", retryable=True
                )
            if not sessions.current.complete and self._owes():
                raise InterpreterFailed(
                    "session_incomplete", "the interpreter did not say all it heard", retryable=True
                )
            self._output.hand_over()
            await sessions.hand_over()
            self._report_state(BoothState.LIVE, "")

    def _owes(self) -> bool:
        return self._answers.are_owed(self._sessions.spoken_at_cut)

    def _push_output(self, output: EngineOutput) -> None:
        if is_answer(output):
            self._answers.take(output)
            self.recovery.works()
        current = self._sessions.current
        if isinstance(output, Done) and current is not None:
            self._counts.add_usage(current, output.usage)
        self._output.push_output(output)

    async def _finish(self) -> None:
        """Take the last words of a booth that is closing."""
        with suppress(InterpreterFailed, TimeoutError):
            async with asyncio.timeout(DRAIN_S + 1.0):
                for session in (self._sessions.current, self._sessions.following):
                    if session is None:
                        continue
                    await session.close()
                    while (output := await session.output()) is not None:
                        self._push_output(output)
        self._output.end()
