"""Decides what follows the failure of a session, and waits before the next attempt."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from broadcaster.booths.sessions.failover import EngineRanking, NextStep
from broadcaster.booths.sessions.last_words import LastWords
from broadcaster.errors import InterpreterFailed
from broadcaster.model.ports import Clock
from broadcaster.model.status import BoothState
from broadcaster.system.backoff import Backoff
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 8.0
FIRST_FAILED_RETRY_S = 10.0
LONGEST_FAILED_RETRY_S = 60.0
"""A failed booth keeps trying at this pace. It recovers once the key or the account is fixed."""
LONGEST_ASKED_S = 300.0
"""The server's Retry-After is honoured up to this limit."""

_SAYS_TOO_LITTLE = frozenset({"interpreter_silent", "interpreter_mute"})

ReportState = Callable[[BoothState, str], None]
"""Takes each change of the booth's state, and the reason if something is wrong."""


class Recovery:
    """The failures of one channel's sessions, and what follows them.

    Args:
        language: of the channel, for names of tasks.
        ranking: the engines.
        report_state: receives each change of state.
        clock: time.
        left: returns when the channel is to be left, which ends each wait.
        last_words: the end of a talk that no other booth can say; it is waited for.

    Attributes:
        failures: how many sessions failed, or could not be opened.
        last_failure: the last of these failures, with its Unix time in milliseconds.
    """

    def __init__(
        self,
        language: str,
        ranking: EngineRanking,
        report_state: ReportState,
        clock: Clock,
        left: Callable[[], Coroutine[Any, Any, None]],
        last_words: LastWords,
    ) -> None:
        self.failures = 0
        self.last_failure: tuple[InterpreterFailed, int] | None = None
        self._language = language
        self._ranking = ranking
        self._report_state = report_state
        self._clock = clock
        self._left = left
        self._last_words = last_words
        self._backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        self._failed_backoff = Backoff(FIRST_FAILED_RETRY_S, LONGEST_FAILED_RETRY_S)

    def works(self) -> None:
        """A session has answered: the next waits are short again."""
        self._backoff.reset()
        self._failed_backoff.reset()

    async def recover(
        self,
        failure: InterpreterFailed,
        rank: int,
        *,
        ready: int | None = None,
        sends_unusable: bool = False,
    ) -> None:
        """Wait before the next attempt, and longer if a person has to act first.

        Args:
            failure: what happened.
            rank: number of the engine to which it happened.
            ready: number of an engine whose session is open already.
            sends_unusable: the session sent sound or text that could not be used.
        """
        self.failures += 1
        self.last_failure = (failure, self._clock.now_ms())
        match self._ranking.failed(rank, failure, ready=ready):
            case NextStep.OTHER:
                log.warning("another engine takes over: %s", failure.error)
                self._report_state(BoothState.RETRYING, failure.message)
            case NextStep.AGAIN:
                log.warning("booth opens its session again: %s", failure.error)
                self._report_state(BoothState.RETRYING, failure.message)
            case NextStep.LATER:
                await self._wait(failure, sends_unusable=sends_unusable)

    async def _wait(self, failure: InterpreterFailed, *, sends_unusable: bool) -> None:
        if not failure.retryable:
            log.error("booth failed: %s", failure.error)
            self._report_state(BoothState.FAILED, failure.advice())
            await self._pause(self._failed_backoff.next_s())
            return
        delay_s = max(self._backoff.next_s(), min(failure.retry_after_s or 0.0, LONGEST_ASKED_S))
        log.warning("booth retries in %.1f s: %s", delay_s, failure.error)
        reason = failure.message
        if failure.error in _SAYS_TOO_LITTLE and sends_unusable:
            reason += ", because what it sends cannot be used"
        self._report_state(BoothState.RETRYING, reason)
        await self._pause(delay_s)

    async def _pause(self, seconds: float) -> None:
        if self._last_words.until is not None:
            await self._clock.sleep(min(seconds, LONGEST_RETRY_S))
            return
        await first_of(
            self._clock.sleep(seconds), self._left(), name=f"pause before {self._language}"
        )
