"""Chooses which of a channel's engines speaks: the preferred one, or another while it has trouble.

Each engine has a circuit breaker. It opens when the engine refuses, hangs, says nothing, speaks the
wrong language, or is lost twice in a minute; then the next engine takes over at once. A better one
is tried in the background, each time after a longer wait, and takes over again in a pause once it
has worked for some seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.counts import SessionCounts
from broadcaster.booths.sessions.fed_session import FedSession
from broadcaster.booths.sessions.output import is_answer
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Event
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of

FIRST_TRIAL_S = 10.0
LONGEST_TRIAL_S = 30.0
"""Wait before an engine that had trouble is tried again; it doubles up to here."""
PROOF_S = 8.0
"""An engine that is tried must work for this long."""
ANSWERED_SPEECH_S = 3.0
"""If it hears this much speech in that time, it must have said something."""
TRUSTED_AFTER_S = 120.0
"""After this long without trouble an engine's earlier trouble is forgotten."""
SECOND_LOSS_S = 60.0
"""A lost session is opened again at the same engine, unless one was lost this soon before."""
_LOST = frozenset(
    {
        "session_dropped",
        "session_ended",
        "session_closed",
        "session_expired",
        "session_incomplete",
    }
)


@dataclass(slots=True)
class _Breaker:
    """The trouble of one engine; times on the monotonic clock."""

    troubles: int = 0
    closed_at: float = 0.0
    lost_at: float | None = None
    chosen_at: float = 0.0

    def lose_once(self, now: float) -> bool:
        """Note that a session was lost; returns whether that is the first in a while."""
        before, self.lost_at = self.lost_at, now
        return before is None or now - before > SECOND_LOSS_S

    def open(self, now: float) -> None:
        if now - self.chosen_at > TRUSTED_AFTER_S:
            self.troubles = 0
        self.troubles += 1
        self.closed_at = now + min(FIRST_TRIAL_S * 2 ** (self.troubles - 1), LONGEST_TRIAL_S)


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

    @property
    def opener(self) -> EngineOpener:
        """The engine whose session is opened next."""
        return self._openers[self.rank]

    def opener_of(self, rank: int) -> EngineOpener:
        """The engine with this number."""
        return self._openers[rank]

    def failed(self, rank: int, failure: InterpreterFailed) -> bool:
        """Note trouble of an engine.

        Returns:
            Whether another engine is to be opened, at once.
        """
        if len(self._openers) == 1:
            return False
        now = self._clock.monotonic()
        breaker = self._breakers[rank]
        if failure.error in _LOST and breaker.lose_once(now):
            return False
        breaker.open(now)
        if rank != self.rank:
            return True
        ready = (one for one, other in enumerate(self._breakers) if other.closed_at <= now)
        following = next(ready, None)
        self.choose((rank + 1) % len(self._openers) if following is None else following)
        return following is not None

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
                await self._clock.sleep(FIRST_TRIAL_S)
                continue
            now = self._clock.monotonic()
            waits = [breaker.closed_at - now for breaker in self._breakers[: self.rank]]
            due = next((rank for rank, wait_s in enumerate(waits) if wait_s <= 0), None)
            if due is not None:
                return due
            await self._clock.sleep(min(waits))


async def works(
    opener: EngineOpener,
    rank: int,
    event: Event,
    buffer: FloorBuffer,
    clock: Clock,
    counts: SessionCounts,
) -> bool:
    """Let an engine interpret for some seconds, heard by nobody, and say whether it works."""
    try:
        session = await FedSession.open(opener.open(event), buffer, clock, rank)
    except InterpreterFailed:
        return False
    spoken, answered = buffer.spoken, False

    async def listen() -> None:
        nonlocal answered
        while (output := await session.output()) is not None:
            answered = answered or is_answer(output)
        raise InterpreterFailed("session_ended", "the session was ended", retryable=True)

    try:
        session.feed_from(buffer.end)
        await first_of(listen(), clock.sleep(PROOF_S), name="trial of an engine")
    except InterpreterFailed:
        return False
    finally:
        await session.dispose()
        counts.take(session)
    return answered or buffer.spoken - spoken < ANSWERED_SPEECH_S * CLOCK_HZ
