"""A booth's interpretation over many sessions, without a gap between them.

A session that comes of age is replaced before the server ends it: the next one is ready before the
cut, the cut is made at a pause, the old one finishes what it has heard, then the new one is heard.
After a drop the next session hears the floor again from the last finished sentence.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from broadcaster.booths.engines.engine import Connect, Said
from broadcaster.booths.floor.buffer import FloorMemory
from broadcaster.booths.sessions.fed_session import DRAIN_S, Session
from broadcaster.booths.sessions.output import Rendition, Sink, answers
from broadcaster.booths.sessions.rotation import place_to_cut, rotate_in_s
from broadcaster.booths.sessions.watchdogs import SilenceWatch
from broadcaster.booths.text.spoken_language import LanguageWatch
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.realtime.session_events import Usage
from broadcaster.system.backoff import Backoff
from broadcaster.system.tasks import first_of
from broadcaster.writing.scripts import base_language

log = logging.getLogger("broadcaster.booths")

ROTATION_RETRY_S = 20.0
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 8.0
FIRST_FAILED_RETRY_S = 10.0
LONGEST_FAILED_RETRY_S = 60.0
"""A key or an account is put right by somebody; then interpretation goes on by itself."""
OWED_S = 0.5
"""Speech without an answer that a session owes at its end; less is a breath."""
LONGEST_ASKED_S = 300.0
"""A server's Retry-After is honoured up to this."""
_POLL_S = 0.5

Report = Callable[[BoothState, str], None]
"""Told about every step of the booth's state, with a reason while it is not well."""


class Interpretation:
    """Keeps one language interpreted until cancelled.

    Args:
        language: BCP 47 tag.
        connect: opens sessions.
        memory: the floor, which the booth fills.
        sink: takes what is said.
        report: is told the state.
        clock: time.
        watch: notices an interpreter in the wrong language; None lets it speak any.
        voiced: whether sound belongs to the text.
    """

    def __init__(
        self,
        language: str,
        connect: Connect,
        memory: FloorMemory,
        sink: Sink,
        report: Report,
        clock: Clock,
        watch: LanguageWatch | None = None,
        *,
        voiced: bool = True,
    ) -> None:
        self._language = language
        self._connect = connect
        self._memory = memory
        self._report = report
        self._clock = clock
        spoken = "" if language == FLOOR else base_language(language)
        self._rendition = Rendition(memory, sink, watch, language=spoken, voiced=voiced)
        self._silence_watch = SilenceWatch(memory, clock)
        self._current: Session | None = None
        self._next: Session | None = None
        self._spoken_at_cut = 0
        self._backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        self._failed_backoff = Backoff(FIRST_FAILED_RETRY_S, LONGEST_FAILED_RETRY_S)
        self._released_blocks = 0
        self._released_unsent = 0
        self.sessions = 0
        """Sessions opened so far."""

    async def run(self) -> None:
        """Interpret until cancelled; then let the session finish its sentence."""
        self._rendition.done_until = self._memory.end
        while True:
            self._report(BoothState.CONNECTING, "")
            try:
                self._begin(await self._open())
                await self._line_of_sessions()
            except InterpreterFailed as failure:
                await self._recover(failure)
            finally:
                await self._dispose()

    def expect_silence(self, *, expected: bool) -> None:
        """Whether an interpreter that says nothing is right: the speaker speaks its language."""
        self._silence_watch.expected = expected

    @property
    def usage(self) -> Usage:
        """Tokens used so far, by an engine that counts them."""
        return self._rendition.usage

    @property
    def fed_blocks(self) -> int:
        """200 ms blocks sent, what the provider bills."""
        running = (self._current, self._next)
        return self._released_blocks + sum(session.fed for session in running if session)

    @property
    def unsent_blocks(self) -> int:
        """200 ms blocks that were to be sent, which the connection was too slow for."""
        running = (self._current, self._next)
        return self._released_unsent + sum(session.unsent for session in running if session)

    async def _open(self) -> Session:
        session = await Session.open(self._connect, self._memory, self._clock)
        self.sessions += 1
        return session

    def _begin(self, session: Session) -> None:
        """Start the first session of a line: it hears what is not interpreted yet."""
        self._current = session
        self._silence_watch.begin()
        self._rendition.begin()
        session.feed_from(self._rendition.done_until)
        self._report(BoothState.LIVE, "")

    async def _recover(self, failure: InterpreterFailed) -> None:
        """Wait for the next attempt; long if somebody must do something before it can work."""
        if not failure.retryable:
            log.error("booth failed: %s", failure.error)
            self._report(BoothState.FAILED, failure.advice())
            await self._clock.sleep(self._failed_backoff.next_s())
            return
        delay_s = max(self._backoff.next_s(), min(failure.retry_after_s or 0.0, LONGEST_ASKED_S))
        log.warning("booth retries in %.1f s: %s", delay_s, failure.error)
        self._report(BoothState.RETRYING, failure.message)
        await self._clock.sleep(delay_s)

    async def _line_of_sessions(self) -> None:
        """Hear one session after the other until one fails."""
        try:
            await first_of(
                self._listen(),
                self._rotate(),
                self._silence_watch.run(),
                name=f"interpret {self._language}",
            )
        except asyncio.CancelledError:
            await self._finish()
            raise

    async def _listen(self) -> None:
        while True:
            assert self._current is not None
            output = await self._current.output()
            if output is not None:
                self._take(output)
                continue
            if self._next is None:
                raise InterpreterFailed(
                    "session_ended", "the interpreter ended the session", retryable=True
                )
            if not self._current.complete and self._owes():
                raise InterpreterFailed(
                    "session_incomplete", "the interpreter did not say all it heard", retryable=True
                )
            self._rendition.hand_over()
            await self._release(self._current)
            self._current, self._next = self._next, None
            self._report(BoothState.LIVE, "")

    def _take(self, said: Said) -> None:
        if answers(said):
            self._silence_watch.answered()
            self._backoff.reset()
            self._failed_backoff.reset()
        self._rendition.take(said)

    def _owes(self) -> bool:
        """Whether a session that was cut off has not answered all it heard."""
        unanswered = self._silence_watch.unanswered(self._spoken_at_cut)
        return unanswered > OWED_S * CLOCK_HZ or self._rendition.unfinished

    async def _rotate(self) -> None:
        """Replace each session in time, ready before the cut."""
        while True:
            current = self._current
            assert current is not None
            await self._clock.sleep(rotate_in_s(self._language, current.expires_at, self._clock))
            self._report(BoothState.ROTATING, "")
            try:
                following = await self._open()
            except InterpreterFailed as failure:
                log.warning("the next session is not there yet: %s", failure.error)
                self._report(BoothState.LIVE, "")
                await self._clock.sleep(ROTATION_RETRY_S)
                continue
            self._next = following
            cut = await place_to_cut(self._memory, self._clock)
            self._spoken_at_cut = self._memory.spoken
            following.feed_from(cut)
            current.stop_at(cut)
            while self._current is current:
                await self._clock.sleep(_POLL_S)

    async def _finish(self) -> None:
        """Hear the last words of a booth that closes."""
        with suppress(InterpreterFailed, TimeoutError):
            async with asyncio.timeout(DRAIN_S + 1.0):
                for session in (self._current, self._next):
                    if session is None:
                        continue
                    await session.close()
                    while (output := await session.output()) is not None:
                        self._take(output)
        self._rendition.end()

    async def _dispose(self) -> None:
        for session in (self._current, self._next):
            if session is not None:
                await self._release(session)
        self._current = self._next = None

    async def _release(self, session: Session) -> None:
        self._released_blocks += session.fed
        self._released_unsent += session.unsent
        session.fed = session.unsent = 0
        await session.dispose()
