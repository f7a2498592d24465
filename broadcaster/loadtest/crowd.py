"""The crowd: thousands of connections in one epoll loop, without a task or a thread each."""

import select
import time
from collections.abc import Callable

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.plan import Course, Listened, Progress, Watch
from broadcaster.loadtest.results import Tally
from broadcaster.loadtest.transports.connection import READ_BYTES, WAITING, Connection

JOIN_S = 20.0
"""A listener that is not in after this long has failed."""
NAP_S = 0.001
"""Pause between two looks at the sockets: arrivals are known to a millisecond, and a process that
sleeps this long is not woken for every frame, which would be charged to the server."""
_JOINS_AT_ONCE = 50
"""Connections begun between two looks at the sockets."""
_READY_AT_ONCE = 4096

Open = Callable[[int, float], Connection]
"""Makes the listener with this number; the second argument is the time."""


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
        watch = Watch(self._course, self._tally, tell)
        try:
            while watch.goes_on(
                asked=self._asked, joining=len(self._joining), listening=len(self._listening)
            ):
                time.sleep(NAP_S)
                self._ask(watch.due())
                self._look()
                self._give_up()
            return watch.listened()
        finally:
            self._leave()

    def _ask(self, due: int) -> None:
        """Begin the connections that are due."""
        for number in range(self._asked, min(due, self._asked + _JOINS_AT_ONCE)):
            self._asked += 1
            try:
                listener = self._open(number, time.perf_counter())
            except OSError as error:
                self._tally.failed[_reason(error)] += 1
                continue
            self._tally.ears.append(listener.ear)
            try:
                descriptor = listener.open()
            except OSError as error:
                self._tally.failed[_reason(error)] += 1
                listener.close()
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

    def _give_up(self) -> None:
        """Let those go who asked too long ago; the oldest are first."""
        now_s = time.perf_counter()
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

    def _leave(self) -> None:
        now_s = time.perf_counter()
        for log in self._tally.frames.values():
            log.finish(now_s)
        for listener in self._listening.values():
            listener.ear.end(now_s)
            if listener.ear.joined_s is None:
                self._tally.failed["connected, but was told nothing"] += 1
        if self._joining:
            self._tally.failed["not in when the test ended"] += len(self._joining)
        for listener in (*self._listening.values(), *self._joining.values()):
            listener.close()
        self._poll.close()


def _reason(error: ListenerLost | OSError) -> str:
    """A reason that is the same for all listeners it befalls."""
    if isinstance(error, ListenerLost):
        return error.message
    return (error.strerror or str(error)).lower()
