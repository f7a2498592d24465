"""The course of a test: when listeners are due, when it is over, and what it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.loadtest.results import Tally

LOOK_S = 0.25
"""How often progress is told."""


@dataclass(frozen=True, slots=True)
class Course:
    """Over how many seconds a crowd comes, and how many it stays once all are in or have failed."""

    listeners: int
    ramp_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a test is.

    Attributes:
        elapsed_s: since it began.
        joined: listeners that are in.
        gone: listeners that failed or were dropped.
        messages: received so far.
    """

    elapsed_s: float = 0.0
    joined: int = 0
    gone: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Listened:
    """What the test itself needed once all were in or had failed, or until it was stopped before.

    Attributes:
        seconds: how long that was.
        cpu_s: processor time of its thread.
        messages: received in that time.
        bytes: likewise.
        longest_absence_s: longest time between two looks at the sockets, of the whole test.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    messages: int = 0
    bytes: int = 0
    longest_absence_s: float = 0.0


class Watch:
    """Watches over one test, from its making on.

    Args:
        course: what is planned.
        tally: what has happened.
        tell: called every `LOOK_S`; returns whether to go on.
    """

    def __init__(self, course: Course, tally: Tally, tell: Callable[[Progress], bool]) -> None:
        self._course = course
        self._tally = tally
        self._tell = tell
        self._began_s = self._seen_s = self._looked_s = time.perf_counter()
        self._absence_s = 0.0
        self._start = self._taken()
        self._all_in: Listened | None = None

    def due(self) -> int:
        """How many listeners should have asked by now."""
        elapsed_s = self._seen_s - self._began_s
        if elapsed_s >= self._course.ramp_s:
            return self._course.listeners
        return int(self._course.listeners * elapsed_s / self._course.ramp_s)

    def goes_on(self, *, asked: int, joining: int, listening: int) -> bool:
        """Whether the test goes on; to be called between any two looks at the sockets.

        Args:
            asked: listeners that have begun to join.
            joining: of these, who is not in yet.
            listening: of these, who is in.
        """
        now_s = time.perf_counter()
        self._absence_s = max(self._absence_s, now_s - self._seen_s)
        self._seen_s = now_s
        if now_s - self._looked_s < LOOK_S:
            return True
        self._looked_s = now_s
        if self._all_in is None and asked == self._course.listeners and not joining:
            self._all_in = self._taken()
        elapsed_s = now_s - self._began_s
        gone = self._tally.failed.total() + self._tally.lost.total()
        messages = sum(ear.messages for ear in self._tally.ears)
        wanted = self._tell(Progress(elapsed_s, listening, gone, messages))
        if self._all_in is None:
            return wanted
        stayed_s = now_s - self._all_in.seconds
        return wanted and listening > 0 and stayed_s < self._course.duration_s

    def listened(self) -> Listened:
        """What it took until now."""
        now, then = self._taken(), self._all_in or self._start
        return Listened(
            now.seconds - then.seconds,
            now.cpu_s - then.cpu_s,
            now.messages - then.messages,
            now.bytes - then.bytes,
            self._absence_s,
        )

    def _taken(self) -> Listened:
        """Totals until now."""
        return Listened(
            self._seen_s,
            time.thread_time(),
            sum(ear.messages for ear in self._tally.ears),
            sum(ear.bytes for ear in self._tally.ears),
        )
