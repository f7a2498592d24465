"""Schedules a load test: when each listener joins, when the test ends, and how busy it was."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.loadtest.results import LoadResults

PROGRESS_S = 0.25
"""Interval of the progress reports."""


class Transport(StrEnum):
    """How a crowd listens."""

    WS = "ws"
    WHEP = "whep"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """The size of the crowd, and its speed of joining.

    Attributes:
        listeners: how many.
        ramp_s: seconds over which they begin to join, evenly.
        duration_s: seconds they listen, once each has joined or failed.
    """

    listeners: int
    ramp_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """The progress of a test.

    Attributes:
        elapsed_s: since it began.
        joined: listeners that have joined and are still there.
        gone: listeners that failed or were dropped.
        messages: received so far.
    """

    elapsed_s: float = 0.0
    joined: int = 0
    gone: int = 0
    messages: int = 0


ReportProgress = Callable[[LoadProgress], bool]
"""Called with the progress every `PROGRESS_S`. Returns whether the test goes on."""


@dataclass(frozen=True, slots=True)
class MeasuredPhase:
    """The measurements since every listener had joined or failed.

    If the test is stopped before that, the whole test counts.

    Attributes:
        seconds: length of this phase.
        cpu_s: processor time of the test's thread.
        messages: received in this phase.
        bytes: received in this phase.
        longest_absence_s: longest time between two looks at the sockets, in the whole test.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    messages: int = 0
    bytes: int = 0
    longest_absence_s: float = 0.0


class LoadRun:
    """Times one test. The test begins when this object is made.

    Args:
        plan: of the test.
        results: what has happened so far, written by the crowd.
        report_progress: decides every `PROGRESS_S` whether the test goes on.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        plan: LoadPlan,
        results: LoadResults,
        report_progress: ReportProgress,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._plan = plan
        self._results = results
        self._report_progress = report_progress
        self._clock = clock
        self._began_s = self._looked_s = self._reported_s = clock()
        self._absence_s = 0.0
        self._start = self._totals()
        self._all_in: MeasuredPhase | None = None

    def due(self) -> int:
        """Return how many listeners should have begun to join by now."""
        elapsed_s = self._looked_s - self._began_s
        if elapsed_s >= self._plan.ramp_s:
            return self._plan.listeners
        return int(self._plan.listeners * elapsed_s / self._plan.ramp_s)

    def goes_on(self, *, asked: int, joining: int, listening: int) -> bool:
        """Whether the test goes on. Call this between any two looks at the sockets.

        Args:
            asked: listeners that have begun to join.
            joining: those of them that have not joined yet.
            listening: those of them that have joined.
        """
        now_s = self._clock()
        self._absence_s = max(self._absence_s, now_s - self._looked_s)
        self._looked_s = now_s
        if now_s - self._reported_s < PROGRESS_S:
            return True
        self._reported_s = now_s
        if self._all_in is None and asked == self._plan.listeners and not joining:
            self._all_in = self._totals()
        elapsed_s = now_s - self._began_s
        gone = self._results.failed.total() + self._results.lost.total()
        messages = sum(listener.messages for listener in self._results.listeners)
        wanted = self._report_progress(LoadProgress(elapsed_s, listening, gone, messages))
        if self._all_in is None:
            return wanted
        stayed_s = now_s - self._all_in.seconds
        return wanted and listening > 0 and stayed_s < self._plan.duration_s

    def measured_phase(self) -> MeasuredPhase:
        """The measurements of the phase until now."""
        now, then = self._totals(), self._all_in or self._start
        return MeasuredPhase(
            now.seconds - then.seconds,
            now.cpu_s - then.cpu_s,
            now.messages - then.messages,
            now.bytes - then.bytes,
            self._absence_s,
        )

    def _totals(self) -> MeasuredPhase:
        """The time, and everything until now."""
        listeners = self._results.listeners
        return MeasuredPhase(
            self._looked_s,
            time.thread_time(),
            sum(listener.messages for listener in listeners),
            sum(listener.bytes for listener in listeners),
        )
