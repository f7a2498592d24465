"""A booth's interpretation over many sessions, without a gap between them.

A session that comes of age is replaced before the server ends it: the next one is ready before the
cut, the cut is made at a pause, the old one finishes what it has heard, then the new one is heard.
After a drop the next session hears the floor again from the last finished sentence, and what it
repeats is left out.
"""

import asyncio
import logging
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from broadcaster.backoff import Backoff
from broadcaster.booths.engine import Connect, Done, Overheard, Said, Sound, Text
from broadcaster.booths.floor_memory import FloorMemory
from broadcaster.booths.seam import RECENT_SENTENCES, SaidText, Seam, sentence_ends
from broadcaster.booths.session import DRAIN_S, Session
from broadcaster.booths.spoken_language import LanguageWatch
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.realtime.outputs import Usage
from broadcaster.tasks import first_of

log = logging.getLogger("broadcaster.booths")

ROTATE_AFTER_S = 55 * 60.0
ROTATE_BEFORE_EXPIRY_S = 300.0
SHORTEST_LIFETIME_S = 30.0
STAGGER_S = 120.0
"""Sessions of several languages are replaced within this time of each other, not all at once."""
CUT_PAUSES_S = ((3.0, 0.35), (6.0, 0.2))
"""While waiting this long for the cut, only a pause of this length will do; then any place."""
ROTATION_RETRY_S = 20.0
SILENT_S = 20.0
"""Speech on the floor without a word from the interpreter before its session is replaced."""
SPOKEN_S = 2.0
SILENT_AFTER_SPEECH = 1.5
"""So many times as long it may take to answer so much speech when the speaker pauses after it."""
EMISSION_MS = 200
"""An output is emitted at least this long after the words it was interpreted from."""
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 8.0
FIRST_FAILED_RETRY_S = 10.0
LONGEST_FAILED_RETRY_S = 60.0
"""A key or an account is put right by somebody; then interpretation goes on by itself."""
MUTE_SENTENCES = 2
"""Finished sentences without a sound before the session is replaced."""
LONGEST_SENTENCE_S = 20.0
"""A writer that ends no sentence for so long is not heard again from its start."""
OWED_S = 0.5
"""Speech without an answer that a session owes at its end; less is a breath."""
LONGEST_ASKED_S = 300.0
"""A server's Retry-After is honoured up to this."""
MISSING = " […]"
"""The mark in the captions where a phrase was not interpreted."""
_WATCH_S = 0.5

Report = Callable[[BoothState, str], None]
"""Told about every step of the booth's state, with a reason while it is not well."""


class Sink(Protocol):
    """Where interpreted speech goes."""

    def sound(self, pcm: bytes, source_position: int) -> None:
        """Speech interpreted from the floor at a position of the event clock."""

    def text(self, text: str) -> None:
        """A fragment of what is said, with its own spacing."""

    def overheard(self, text: str) -> None:
        """A fragment of what the speaker says, early and not certain."""

    def join(self) -> None:
        """What follows comes from another session."""


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
        self._sink = sink
        self._report = report
        self._clock = clock
        self._language_watch = watch
        self._voiced = voiced
        self._said = SaidText()
        self._seam = Seam(self._said)
        self._done_until = 0
        self._current: Session | None = None
        self._next: Session | None = None
        self._spoken_at_output = 0
        self._spoken_at_cut = 0
        self._patience_s = SILENT_S
        self._worded = False
        self._sounded = False
        self._mute_sentences = 0
        self._most_mute_sentences = MUTE_SENTENCES
        self._backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        self._failed_backoff = Backoff(FIRST_FAILED_RETRY_S, LONGEST_FAILED_RETRY_S)
        self._released_blocks = 0
        self._released_unsent = 0
        self.silence_expected = False
        """The speaker speaks the language himself: an interpreter that says nothing is right."""
        self.sessions = 0
        """Sessions opened so far."""
        self.usage = Usage()
        """Tokens used so far, by an engine that counts them."""

    async def run(self) -> None:
        """Interpret until cancelled; then let the session finish its sentence."""
        self._done_until = self._memory.end
        while True:
            self._report(BoothState.CONNECTING, "")
            try:
                self._begin(await self._open())
                await self._line_of_sessions()
            except InterpreterFailed as failure:
                await self._recover(failure)
            finally:
                await self._dispose()

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
        self._seam = Seam(self._said)
        self._spoken_at_output = self._memory.spoken
        self._mute_sentences = 0
        self._sink.join()
        session.feed_from(self._done_until)
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
                self._listen(), self._rotate(), self._watch(), name=f"interpret {self._language}"
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
            self._say(self._seam.flush())
            await self._release(self._current)
            self._current, self._next = self._next, None
            self._sink.join()
            self._report(BoothState.LIVE, "")

    def _take(self, said: Said) -> None:
        match said:
            case Sound(pcm=pcm, position=position):
                if pcm.strip(b"\0"):
                    self._heard_something()
                    self._sounded = True
                    self._mute_sentences, self._most_mute_sentences = 0, MUTE_SENTENCES
                    if not self._seam.repeating:
                        self._said.sound()
                        self._sink.sound(pcm, self._memory.end if position is None else position)
            case Text(text=text, position=position):
                if not text.strip():
                    self._say(self._seam.take(text))
                    return
                self._heard_something()
                self._worded = True
                self._say(self._seam.take(text))
                if position is not None and sentence_ends(text):
                    emitted = position - ms_to_samples(EMISSION_MS)
                    self._finished(self._memory.pause_before(emitted))
            case Overheard(text=text):
                self._sink.overheard(text)
            case Done():
                self._take_done(said)

    def _take_done(self, done: Done) -> None:
        self.usage += done.usage
        if done.lost:
            log.warning("a phrase was not interpreted: %s", done.lost)
            self._sink.text(MISSING)
            self._heard_something()
            self._done_until = max(self._done_until, done.position)
        elif self._worded and (self._voiced or self._ends_somewhere(done.position)):
            self._finished(done.position)
            self._said.end()
        self._worded = False

    def _finished(self, position: int) -> None:
        """A sentence or phrase up to here is written; it is done when it was spoken, too."""
        if self._voiced and not self._sounded:
            self._mute_sentences += 1
            if self._mute_sentences >= self._most_mute_sentences:
                self._most_mute_sentences *= 2
                raise InterpreterFailed(
                    "interpreter_mute", "the interpreter writes and does not speak", retryable=True
                )
            if self._mute_sentences < RECENT_SENTENCES:
                return
        self._sounded = False
        self._done_until = max(self._done_until, position)

    def _ends_somewhere(self, position: int) -> bool:
        """Whether a sentence ends with what was written, or none does for too long.

        A writer's pieces end anywhere, and the first word of half a sentence is easily misheard.
        """
        waited = position - self._done_until
        return not self._said.open.text.strip() or waited > LONGEST_SENTENCE_S * CLOCK_HZ

    def _owes(self) -> bool:
        """Whether a session that was cut off has not answered all it heard."""
        unanswered = self._spoken_at_cut - self._spoken_at_output
        return unanswered > OWED_S * CLOCK_HZ or bool(self._said.open.text.strip())

    def _say(self, text: str) -> None:
        if not text:
            return
        self._said.add(text)
        self._sink.text(text)
        if self._language_watch is None:
            return
        wrong_since = self._language_watch.add(text, self._done_until)
        if wrong_since is not None:
            self._done_until = wrong_since
            raise InterpreterFailed(
                "wrong_language", "the interpreter speaks another language", retryable=True
            )

    def _heard_something(self) -> None:
        self._spoken_at_output = self._memory.spoken
        self._patience_s = SILENT_S
        self._backoff.reset()
        self._failed_backoff.reset()

    async def _rotate(self) -> None:
        """Replace each session in time, ready before the cut."""
        while True:
            current = self._current
            assert current is not None
            await self._clock.sleep(self._rotate_in_s(current))
            self._report(BoothState.ROTATING, "")
            try:
                following = await self._open()
            except InterpreterFailed as failure:
                log.warning("the next session is not there yet: %s", failure.error)
                self._report(BoothState.LIVE, "")
                await self._clock.sleep(ROTATION_RETRY_S)
                continue
            self._next = following
            cut = await self._cut()
            self._spoken_at_cut = self._memory.spoken
            following.feed_from(cut)
            current.stop_at(cut)
            while self._current is current:
                await self._clock.sleep(_WATCH_S)

    def _rotate_in_s(self, session: Session) -> float:
        if session.expires_at is None:
            lifetime_s = ROTATE_AFTER_S + ROTATE_BEFORE_EXPIRY_S
        else:
            lifetime_s = session.expires_at - self._clock.now_ms() / 1000
            if lifetime_s < SHORTEST_LIFETIME_S:  # then one of the two clocks is wrong
                lifetime_s = ROTATE_AFTER_S
        margin_s = min(ROTATE_BEFORE_EXPIRY_S, lifetime_s / 4)
        share = zlib.crc32(self._language.encode()) % 1000 / 1000
        stagger_s = share * min(STAGGER_S, lifetime_s / 10)
        return max(0.0, min(ROTATE_AFTER_S, lifetime_s - margin_s) - stagger_s)

    async def _cut(self) -> int:
        """Wait for a pause of the speaker; returns its place, a border of blocks."""
        started = self._clock.monotonic()
        while True:
            waited_s = self._clock.monotonic() - started
            wanted_s = next((pause for until, pause in CUT_PAUSES_S if waited_s < until), 0.0)
            if self._memory.paused_for() >= wanted_s * CLOCK_HZ:
                return self._memory.end
            await self._memory.grown()

    async def _watch(self) -> None:
        """End a session that says nothing although the speaker speaks."""
        waiting_since: float | None = None
        while True:
            await self._clock.sleep(_WATCH_S)
            if self.silence_expected:
                self._spoken_at_output = self._memory.spoken
            unanswered = self._memory.spoken - self._spoken_at_output
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
        self._sink.text(self._seam.flush())

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
