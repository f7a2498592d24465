"""Chooses which of a channel's engines speaks: the preferred one, or another while it has trouble.

Each engine has a circuit breaker. It opens when the engine refuses, hangs, says nothing, speaks the
wrong language, stays too far behind, or is lost twice in a minute; then the next engine takes over
at once. A better one is tried in the background, each time after a longer wait, and takes over
again in a pause once it has worked for some seconds.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from broadcaster.booths.engines.engine import Done
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.counts import SessionCounts
from broadcaster.booths.sessions.fed_session import FedSession
from broadcaster.booths.sessions.output import is_answer
from broadcaster.booths.sessions.watchdogs import TOO_FAR_BEHIND
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Event
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of

PROOF_S = 8.0
"""An engine that is tried must work for this long."""
ANSWERED_SPEECH_S = 3.0
"""If it hears this much speech in that time, it must have said something."""
SECOND_LOSS_S = 60.0
"""A lost session is opened again at the same engine, unless one was lost this soon before."""
LOOK_EVERY_S = 10.0
"""Interval at which the preferred engine is asked whether it still speaks."""
_LOST = frozenset(
    {
        "session_dropped",
        "session_ended",
        "session_closed",
        "session_expired",
        "session_incomplete",
    }
)


class NextStep(Enum):
    """The step that follows a failure."""

    OTHER = auto()
    """Another engine is to be opened, at once."""
    AGAIN = auto()
    """The same engine is to be opened again, at once."""
    LATER = auto()
    """The engine is to be opened again after a pause."""


@dataclass(frozen=True, slots=True)
class _Penalty:
    """The wait before an engine that had trouble is tried again.

    Attributes:
        first_s: the first time.
        longest_s: it doubles up to here.
        forgotten_s: after this long without trouble, earlier trouble is forgotten.
    """

    first_s: float
    longest_s: float
    forgotten_s: float


USUAL = _Penalty(first_s=10.0, longest_s=30.0, forgotten_s=120.0)
LONG = _Penalty(first_s=300.0, longest_s=1_800.0, forgotten_s=3_600.0)
"""For trouble of which a trial of some seconds says little."""
_UNSEEN = frozenset({TOO_FAR_BEHIND, "wrong_language", "interpreter_mute"})
"""Such trouble: an engine falls behind slowly, and any answer passes a trial."""


@dataclass(slots=True)
class _Breaker:
    """The trouble of one engine; times on the monotonic clock."""

    troubles: Counter[_Penalty] = field(default_factory=Counter)
    closed_at: float = 0.0
    lost_at: float | None = None
    chosen_at: float = 0.0

    def lost_lately(self, now: float) -> bool:
        return self.lost_at is not None and now - self.lost_at <= SECOND_LOSS_S

    def lose_once(self, now: float) -> bool:
        """Note that a session was lost; returns whether that is the first in a while."""
        again, self.lost_at = self.lost_lately(now), now
        return not again

    def open(self, now: float, penalty: _Penalty = USUAL) -> None:
        if now - self.chosen_at > penalty.forgotten_s:
            self.troubles[penalty] = 0
        wait_s = penalty.first_s * 2 ** self.troubles[penalty]
        self.troubles[penalty] += 1
        self.closed_at = max(self.closed_at, now + min(wait_s, penalty.longest_s))


class EngineRanking:
    """The engines of one channel, the preferred one first.

    Args:
        openers: at least one.
        clock: time.

    Attributes:
        rank: number of the engine whose session is opened next.
    """

    def __init__(self, openers: Sequence[EngineOpener], clock: Clock) -> None:
        self.rank = 0
        self._openers = tuple(openers)
        self._clock = clock
        self._breakers = [_Breaker() for _ in openers]

    def opener_of(self, rank: int) -> EngineOpener:
        """The engine with this number."""
        return self._openers[rank]

    def failed(
        self, rank: int, failure: InterpreterFailed, *, ready: int | None = None
    ) -> NextStep:
        """Note trouble of an engine.

        Args:
            rank: number of the engine.
            failure: what happened.
            ready: number of an engine whose session is open already.
        """
        if len(self._openers) == 1:
            return NextStep.LATER
        now = self._clock.monotonic()
        breaker = self._breakers[rank]
        if failure.error in _LOST and breaker.lose_once(now) and ready is None:
            return NextStep.AGAIN
        breaker.open(now, LONG if failure.error in _UNSEEN else USUAL)
        if rank != self.rank:
            return NextStep.OTHER
        following = self._first_ready(0) if ready is None else ready
        self.choose((rank + 1) % len(self._openers) if following is None else following)
        return NextStep.LATER if following is None else NextStep.OTHER

    def another_is_ready(self, rank: int) -> bool:
        """Whether an engine other than this one could take over now."""
        now = self._clock.monotonic()
        others = (one for number, one in enumerate(self._breakers) if number != rank)
        return any(one.closed_at <= now for one in others)

    def stand_in(self, rank: int) -> int | None:
        """Number of the engine that takes over from this one if it fails; None without one."""
        return self._first_ready(rank + 1)

    def lost_lately(self, rank: int) -> bool:
        """Whether one more lost session of this engine leads to another one."""
        return self._breakers[rank].lost_lately(self._clock.monotonic())

    def _first_ready(self, first: int) -> int | None:
        now = self._clock.monotonic()
        numbers = range(first, len(self._openers))
        return next((one for one in numbers if self._breakers[one].closed_at <= now), None)

    def choose(self, rank: int) -> None:
        """Use this engine from now on."""
        self.rank = rank
        self._breakers[rank].chosen_at = self._clock.monotonic()

    def distrust(self, rank: int) -> None:
        """An engine that was tried did not work."""
        self._breakers[rank].open(self._clock.monotonic())

    async def due_for_trial(self) -> int:
        """Wait until an engine that is preferred to the present one may be tried; its number."""
        while True:
            if self.rank == 0:
                await self._clock.sleep(LOOK_EVERY_S)
                continue
            now = self._clock.monotonic()
            waits = [breaker.closed_at - now for breaker in self._breakers[: self.rank]]
            due = next((rank for rank, wait_s in enumerate(waits) if wait_s <= 0), None)
            if due is not None:
                return due
            await self._clock.sleep(min(waits))


@dataclass(frozen=True, slots=True)
class ChannelEngines:
    """Opens sessions of one channel's engines.

    Attributes:
        language: of the channel.
        ranking: the engines.
        buffer: the floor.
        clock: time.
        counts: takes what the sessions were sent.
        event: returns the event as it is now.
    """

    language: str
    ranking: EngineRanking
    buffer: FloorBuffer
    clock: Clock
    counts: SessionCounts
    event: Callable[[], Event]

    async def open(self, rank: int) -> FedSession:
        """Open a session of the engine with this number; it hears nothing yet.

        Raises:
            InterpreterFailed: the server refuses or cannot be reached.
        """
        opening = self.ranking.opener_of(rank).open(self.event())
        return await FedSession.open(opening, self.buffer, self.clock, rank)

    async def works(self, rank: int) -> bool:
        """Let an engine interpret for some seconds, heard by nobody, and say whether it works."""
        try:
            session = await self.open(rank)
        except InterpreterFailed:
            return False
        spoken, answered = self.buffer.spoken, False

        async def listen() -> None:
            nonlocal answered
            while (output := await session.output()) is not None:
                answered = answered or is_answer(output)
                if isinstance(output, Done):
                    self.counts.add_usage(session, output.usage)
            raise InterpreterFailed("session_ended", "the session was ended", retryable=True)

        try:
            session.feed_from(self.buffer.end)
            await first_of(listen(), self.clock.sleep(PROOF_S), name="trial of an engine")
        except InterpreterFailed:
            return False
        finally:
            await session.dispose()
            self.counts.take(session)
        return answered or self.buffer.spoken - spoken < ANSWERED_SPEECH_S * CLOCK_HZ
