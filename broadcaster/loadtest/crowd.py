"""The crowd: thousands of connections in one epoll loop, without a task or a thread each."""

import select
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.connection import READ_BYTES, WAITING, Connection
from broadcaster.loadtest.tally import Tally

JOIN_S = 20.0
"""A listener that is not in after this long has failed."""
NAP_S = 0.001
"""Pause between two looks at the sockets: arrivals are known to a millisecond, and a process that
sleeps this long is not woken for every frame, which would be charged to the server."""
LOOK_S = 0.25
"""How often the loop reports and looks for listeners that do not get in."""
_JOINS_AT_ONCE = 50
"""Connections begun between two looks at the sockets."""
_READY_AT_ONCE = 4096

Open = Callable[[int, float], Connection]
"""Makes the listener with this number; the second argument is the time."""


@dataclass(frozen=True, slots=True)
class Course:
    """When a crowd comes and how long it stays, in seconds."""

    listeners: int
    ramp_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a test is.

    Attributes:
        elapsed_s: since the first listener asked.
        joined: listeners that are in.
        joining: listeners that have asked.
        gone: listeners that failed or were dropped.
        messages: received so far.
    """

    elapsed_s: float
    joined: int
    joining: int
    gone: int
    messages: int


@dataclass(frozen=True, slots=True)
class Listened:
    """What the loop itself needed once everybody was in.

    Attributes:
        seconds: how long that was.
        cpu_s: processor time of the loop's thread.
        messages: received in that time.
        bytes: likewise.
        longest_absence_s: longest time between two looks at the sockets, of the whole test.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    messages: int = 0
    bytes: int = 0
    longest_absence_s: float = 0.0


class Crowd:
    """Runs one crowd once.

    Args:
        course: how many, how fast, how long.
        tally: where everything is noted.
        open_listener: makes listeners.
    """

    def __init__(self, course: Course, tally: Tally, open_listener: Open) -> None:
        self._course = course
        self._tally = tally
        self._open = open_listener
        self._poll = select.epoll()
        self._joining: dict[int, Connection] = {}
        self._listening: dict[int, Connection] = {}
        self._asked = 0

    def run(self, tell: Callable[[Progress], bool]) -> Listened:
        """Bring the crowd in, let it listen, and let it go.

        Args:
            tell: called every `LOOK_S`; returns whether to go on.
        """
        with ExitStack() as stack:
            stack.callback(self._poll.close)
            stack.callback(self._leave)
            return self._run(tell)

    def _run(self, tell: Callable[[Progress], bool]) -> Listened:
        began_s = time.perf_counter()
        now_s = looked_s = began_s
        absence_s = 0.0
        all_in: tuple[float, float, int, int] | None = None
        while True:
            time.sleep(NAP_S)
            before_s, now_s = now_s, time.perf_counter()
            absence_s = max(absence_s, now_s - before_s)
            self._ask(now_s - began_s)
            self._look()
            if now_s - looked_s < LOOK_S:
                continue
            looked_s = now_s
            self._give_up(now_s)
            messages, received = self._received()
            if all_in is None and self._asked == self._course.listeners and not self._joining:
                all_in = (now_s, time.thread_time(), messages, received)
            go_on = tell(
                Progress(
                    now_s - began_s,
                    len(self._listening),
                    self._asked,
                    self._tally.failed.total() + self._tally.lost.total(),
                    messages,
                )
            )
            everybody_left = all_in is not None and not self._listening
            over = now_s - began_s > self._course.ramp_s + self._course.duration_s
            if over or everybody_left or not go_on:
                break
        if all_in is None:
            return Listened(longest_absence_s=absence_s)
        since_s, cpu_s, before, before_bytes = all_in
        return Listened(
            now_s - since_s,
            time.thread_time() - cpu_s,
            messages - before,
            received - before_bytes,
            absence_s,
        )

    def _ask(self, elapsed_s: float) -> None:
        """Begin the connections that are due."""
        course = self._course
        due = course.listeners
        if elapsed_s < course.ramp_s:
            due = int(course.listeners * elapsed_s / course.ramp_s)
        for number in range(self._asked, min(due, self._asked + _JOINS_AT_ONCE)):
            self._asked += 1
            try:
                listener = self._open(number, time.perf_counter())
                self._tally.ears.append(listener.ear)
                descriptor = listener.open()
            except OSError as error:
                self._tally.failed[_reason(error)] += 1
                continue
            self._joining[descriptor] = listener
            self._poll.register(descriptor, select.EPOLLOUT)

    def _look(self) -> None:
        """Read once from every socket that has something."""
        listening = self._listening
        clock = time.perf_counter
        for descriptor, _ in self._poll.poll(0, _READY_AT_ONCE):
            listener = listening.get(descriptor)
            if listener is None:
                self._advance(descriptor)
                continue
            try:
                data = listener.receive(READ_BYTES)
                if not data:
                    self._lose(descriptor, "the server closed the connection")
                    continue
                listener.take(data, clock())
            except WAITING:
                continue
            except (ListenerLost, OSError) as error:
                self._lose(descriptor, _reason(error))

    def _advance(self, descriptor: int) -> None:
        listener = self._joining[descriptor]
        try:
            self._poll.modify(descriptor, listener.advance(time.perf_counter()))
        except (ListenerLost, OSError) as error:
            self._fail(descriptor, _reason(error))
            return
        if listener.established:
            self._listening[descriptor] = self._joining.pop(descriptor)

    def _give_up(self, now_s: float) -> None:
        """Let those go who asked too long ago; the oldest are first."""
        late = []
        for descriptor, listener in self._joining.items():
            if now_s - listener.ear.asked_s < JOIN_S:
                break
            late.append(descriptor)
        for descriptor in late:
            self._fail(descriptor, f"not in after {JOIN_S:.0f} s")

    def _fail(self, descriptor: int, reason: str) -> None:
        self._tally.failed[reason] += 1
        self._joining.pop(descriptor).close()

    def _lose(self, descriptor: int, reason: str) -> None:
        listener = self._listening.pop(descriptor)
        joined = listener.ear.joined_s is not None
        (self._tally.lost if joined else self._tally.failed)[reason] += 1
        listener.close()

    def _received(self) -> tuple[int, int]:
        ears = self._tally.ears
        return sum(ear.messages for ear in ears), sum(ear.bytes for ear in ears)

    def _leave(self) -> None:
        now_s = time.perf_counter()
        for log in self._tally.frames.values():
            log.finish(now_s)
        for listener in self._listening.values():
            listener.finish(now_s)
            if listener.ear.joined_s is None:
                self._tally.failed["connected, but was told nothing"] += 1
        if self._joining:
            self._tally.failed["not in when the test ended"] += len(self._joining)
        for listener in (*self._listening.values(), *self._joining.values()):
            listener.close()


def _reason(error: ListenerLost | OSError) -> str:
    """A reason that is the same for all listeners it befalls."""
    if isinstance(error, ListenerLost):
        return error.message
    return (error.strerror or str(error)).lower()
