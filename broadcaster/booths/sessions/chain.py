"""Replaces engine sessions one after the other, so that a booth interprets for hours without a gap.

A session is replaced before the server ends it. The next session is opened first. Then the floor is
cut between the two, in a pause of the speaker. The old session finishes its part, and the output of
the new one follows. After a drop the next session hears the floor again, from the end of the last
finished sentence.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from broadcaster.booths.engines.engine import Done, EngineOutput, SourceText
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.counts import SessionCounts
from broadcaster.booths.sessions.failover import EngineRanking, works
from broadcaster.booths.sessions.fed_session import DRAIN_S, FedSession
from broadcaster.booths.sessions.last_words import OWED_S, LastWords
from broadcaster.booths.sessions.output import SessionOutput, Sink, is_answer
from broadcaster.booths.sessions.recovery import Recovery, ReportState
from broadcaster.booths.sessions.rotation import place_to_cut, rotate_in_s
from broadcaster.booths.sessions.standby import StandIn
from broadcaster.booths.sessions.watchdogs import LagWatch, SilenceWatch
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.system.tasks import first_of
from broadcaster.writing.scripts import base_language

log = logging.getLogger("broadcaster.booths")

ROTATION_RETRY_S = 20.0


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
        sessions: how many sessions were opened so far.
        rotates_at_ms: Unix time at which the current session will be replaced, once it is known.
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
        self.sessions = 0
        self.rotates_at_ms: int | None = None
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
        self._better_found = asyncio.Event()
        self._buffer = buffer
        self._report_state = report_state
        self._clock = clock
        spoken = "" if language == FLOOR else base_language(language)
        self._output = SessionOutput(
            buffer=buffer,
            sink=sink,
            language_watch=language_watch,
            language=spoken,
            voiced=voiced,
        )
        self._silence_expected = sink.silence_expected
        self._silence_watch = SilenceWatch(buffer, clock, self._owes_nothing)
        self._lag_watch = LagWatch(
            buffer,
            clock,
            limit_s=lambda: self._event.failover.behind_s,
            may_change=lambda: self._ranking.another_is_ready(self.rank),
            silence_expected=sink.silence_expected,
        )
        self._answered_until = 0
        self._current: FedSession | None = None
        self._next: FedSession | None = None
        self._handed_over = asyncio.Event()
        self._spoken_at_cut = 0
        self._stopped_at: int | None = None
        self._counts = SessionCounts()
        self._stand_in = StandIn(
            language=language,
            spoken=spoken,
            ranking=self._ranking,
            buffer=buffer,
            clock=clock,
            counts=self._counts,
            event=lambda: self._event,
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
                self._begin(self._stand_in.take(self._ranking.rank) or await self._open())
                await self._listen_until_one_fails()
            except InterpreterFailed as failure:
                await self.recovery.recover(
                    failure,
                    self.rank,
                    ready=self._stand_in.ready,
                    sends_unusable=self._current is not None and self._current.sends_unusable,
                )
            finally:
                await self._dispose()

    def use_event(self, event: Event) -> None:
        """Use this version of the event for the next sessions."""
        self._event = event

    def hear_again_from(self, position: int) -> None:
        """Let the session hear what was buffered from `position` on since it was fed."""
        following = self._next if self._next is not None and self._next.fed else None
        session = following or self._current
        if session is not None:
            session.hear_again_from(position)

    @property
    def counts(self) -> SessionCounts:
        """Counts of all sessions so far."""
        for session in (self._current, self._next):
            if session is not None:
                self._counts.take(session)
        self._stand_in.count()
        return self._counts

    @property
    def stands_by(self) -> int | None:
        """Number of the engine that listens and would speak next; None without one."""
        return self._stand_in.ready

    @property
    def rank(self) -> int:
        """Number of the engine that speaks now, or is opened next; 0 for the preferred one."""
        return self._current.rank if self._current is not None else self._ranking.rank

    @property
    def session_began_at_ms(self) -> int | None:
        """Unix time at which the current session was opened; None without one."""
        return self._current.began_at_ms if self._current is not None else None

    async def _open(self) -> FedSession:
        opening = self._ranking.opener.open(self._event)
        rank = self._ranking.rank
        session = await FedSession.open(opening, self._buffer, self._clock, rank)
        self.sessions += 1
        return session

    def _begin(self, session: FedSession) -> None:
        """Start a session that hears everything that is not interpreted yet."""
        self._current = session
        self._silence_watch.begin()
        self._lag_watch.begin(self._output.done_until)
        self._answered_until = self._buffer.end
        self._output.begin()
        if session.is_fed:  # it stood by
            self.sessions += 1
        else:
            session.feed_from(self._output.done_until)
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
                self._rotate(),
                self._find_better(),
                self._stop_at_pause(),
                self._silence_watch.run(),
                self._lag_watch.run(),
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
        while True:
            assert self._current is not None
            output = await self._current.output()
            if output is not None:
                self._push_output(output)
                continue
            if self._next is None and self._stopped_at is not None:
                late = self._last_words.until is not None  # an answer may be to what was long ago
                complete = self._current.complete or not (late or self._owes_an_answer())
                self._output.leave(self._stopped_at, complete=complete)
                return
            if self._next is None:
                raise InterpreterFailed(
                    "session_ended", "the interpreter ended the session", retryable=True
                )
            if not self._current.complete and self._owes_an_answer():
                raise InterpreterFailed(
                    "session_incomplete", "the interpreter did not say all it heard", retryable=True
                )
            self._output.hand_over()
            await self._release(self._current)
            self._current, self._next = self._next, None
            self._handed_over.set()
            self._report_state(BoothState.LIVE, "")

    def _push_output(self, output: EngineOutput) -> None:
        if is_answer(output):
            self._silence_watch.answered()
            self._lag_watch.answered(None if isinstance(output, SourceText) else output.position)
            self._answered_until = self._buffer.end
            self.recovery.works()
        if isinstance(output, Done) and self._current is not None:
            self._counts.add_usage(self._current, output.usage)
        self._output.push_output(output)

    def _owes_nothing(self) -> bool:
        """Whether the interpreter may be silent: hum and noise are loud, and need no answer."""
        unanswered = self._buffer.speech.last_spoken(self._answered_until, self._buffer.end)
        return unanswered is None or self._silence_expected()

    def _owes_an_answer(self) -> bool:
        """Whether a session that was cut off left speech unanswered."""
        unanswered = self._silence_watch.unanswered(self._spoken_at_cut)
        return unanswered > OWED_S * CLOCK_HZ or self._output.unfinished

    async def _stop_at_pause(self) -> None:
        """When the booth has to leave, let the session hear no more than up to a pause."""
        await self._leaving.wait()
        while self._next is not None:
            await self._handed_over.wait()
        cut = self._last_words.until
        if cut is None:
            cut = await place_to_cut(self._buffer, self._clock)
        assert self._current is not None
        self._spoken_at_cut = self._buffer.spoken
        self._stopped_at = cut
        self._current.stop_at(cut)
        await asyncio.get_running_loop().create_future()

    async def _rotate(self) -> None:
        """Replace each session before it expires."""
        while True:
            current = self._current
            assert current is not None
            limit_s = self._ranking.opener_of(current.rank).session_s
            wait_s = rotate_in_s(self._language, current.expires_at, self._clock, limit_s)
            self.rotates_at_ms = self._clock.now_ms() + int(wait_s * 1000)
            await first_of(
                self._clock.sleep(wait_s),
                current.ends_soon(),
                self._better(),
                name=f"until {self._language} is rotated",
            )
            self._better_found.clear()
            self._report_state(BoothState.ROTATING, "")
            try:
                following = await self._open()
            except InterpreterFailed as failure:
                log.warning("the next session could not be opened: %s", failure.error)
                self._ranking.failed(self._ranking.rank, failure)
                self._report_state(BoothState.LIVE, "")
                await self._clock.sleep(ROTATION_RETRY_S)
                continue
            if self._leaving.is_set():
                await following.dispose()
                await asyncio.get_running_loop().create_future()
            self._next = following
            self._handed_over.clear()
            cut = await place_to_cut(self._buffer, self._clock)
            self._spoken_at_cut = self._buffer.spoken
            following.feed_from(cut)
            current.stop_at(cut)
            await self._handed_over.wait()

    async def _find_better(self) -> None:
        """While a fallback speaks, try the engines that are preferred to it."""
        while True:
            rank = await self._ranking.due_for_trial()
            opener, counts = self._ranking.opener_of(rank), self._counts
            if await works(opener, rank, self._event, self._buffer, self._clock, counts):
                log.info("engine %d works again and takes over at a pause", rank)
                self._ranking.choose(rank)
                self._better_found.set()
            else:
                self._ranking.distrust(rank)

    async def _better(self) -> None:
        await self._better_found.wait()

    async def _finish(self) -> None:
        """Take the last words of a booth that is closing."""
        with suppress(InterpreterFailed, TimeoutError):
            async with asyncio.timeout(DRAIN_S + 1.0):
                for session in (self._current, self._next):
                    if session is None:
                        continue
                    await session.close()
                    while (output := await session.output()) is not None:
                        self._push_output(output)
        self._output.end()

    async def _dispose(self) -> None:
        for session in (self._current, self._next):
            if session is not None:
                await self._release(session)
        self._current = self._next = None
        self.rotates_at_ms = None

    async def _release(self, session: FedSession) -> None:
        self._counts.take(session)
        await session.dispose()
        self._counts.take(session)
