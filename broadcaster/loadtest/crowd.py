"""Thousands of connections in one epoll loop, without a task or a thread for each."""

import select
import time
from collections.abc import Callable

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.plan import LoadPlan, LoadRun, MeasuredPhase, ReportProgress
from broadcaster.loadtest.results import LoadResults
from broadcaster.loadtest.transports.client_socket import READ_BYTES, WAITING
from broadcaster.loadtest.transports.connection import LoadConnection

JOIN_S = 20.0
"""A listener that has not joined after this long has failed."""
POLL_S = 0.001
"""Pause between two looks at the sockets, so arrivals are known to a millisecond. A crowd that is
woken for each frame instead costs processor time of the server, which is what is measured."""
_JOINS_AT_ONCE = 50
"""Connections begun between two looks at the sockets."""
_READY_AT_ONCE = 4096

MakeConnection = Callable[[int, float], LoadConnection]
"""Makes the connection of the listener with this number. The second argument is the time."""


class Crowd:
    """Runs one test by WebSocket or HTTP, once.

    Args:
        plan: how many listeners, how fast, how long.
        results: everything that happens is noted here.
        make_connection: makes the connections.
    """

    def __init__(
        self, plan: LoadPlan, results: LoadResults, make_connection: MakeConnection
    ) -> None:
        self._plan = plan
        self._results = results
        self._make_connection = make_connection
        self._poll = select.epoll()
        self._joining: dict[int, LoadConnection] = {}
        self._listening: dict[int, LoadConnection] = {}
        self._asked = 0

    def run(self, report_progress: ReportProgress) -> MeasuredPhase:
        """Let the listeners join, listen and leave."""
        run = LoadRun(self._plan, self._results, report_progress)
        try:
            while run.goes_on(
                asked=self._asked, joining=len(self._joining), listening=len(self._listening)
            ):
                time.sleep(POLL_S)
                self._ask(run.due())
                self._look()
                self._give_up()
            return run.measured_phase()
        finally:
            self._leave()

    def _ask(self, due: int) -> None:
        """Open the connections that are due."""
        for number in range(self._asked, min(due, self._asked + _JOINS_AT_ONCE)):
            self._asked += 1
            try:
                connection = self._make_connection(number, time.perf_counter())
            except OSError as error:
                self._results.failed[reason_of(error)] += 1
                continue
            self._results.listeners.append(connection.listener.stats)
            try:
                descriptor = connection.open()
            except OSError as error:
                self._results.failed[reason_of(error)] += 1
                connection.close()
                continue
            self._joining[descriptor] = connection
            self._poll.register(descriptor, select.EPOLLOUT)

    def _look(self) -> None:
        """Read once from every socket that has data."""
        listening = self._listening
        clock = time.perf_counter
        for descriptor, _ in self._poll.poll(0, _READY_AT_ONCE):
            connection = listening.get(descriptor)
            if connection is None:
                self._advance(descriptor)
                continue
            try:
                data = connection.receive(READ_BYTES)
                if not data:
                    self._lose(descriptor, "the server closed the connection")
                    continue
                reply = connection.listener.take(data, clock())
                if reply:
                    connection.send(reply)
            except WAITING:
                continue
            except (ListenerLost, OSError) as error:
                self._lose(descriptor, reason_of(error))

    def _advance(self, descriptor: int) -> None:
        connection = self._joining[descriptor]
        try:
            self._poll.modify(descriptor, connection.advance(time.perf_counter()))
        except (ListenerLost, OSError) as error:
            self._fail(descriptor, reason_of(error))
            return
        if connection.established:
            self._listening[descriptor] = self._joining.pop(descriptor)

    def _give_up(self) -> None:
        """Give up connections that have been joining for too long. The oldest come first."""
        now_s = time.perf_counter()
        late = []
        for descriptor, connection in self._joining.items():
            if now_s - connection.listener.stats.asked_s < JOIN_S:
                break
            late.append(descriptor)
        for descriptor in late:
            self._fail(descriptor, f"not joined after {JOIN_S:.0f} s")

    def _fail(self, descriptor: int, reason: str) -> None:
        self._results.failed[reason] += 1
        self._joining.pop(descriptor).close()

    def _lose(self, descriptor: int, reason: str) -> None:
        connection = self._listening.pop(descriptor)
        joined = connection.listener.stats.joined_s is not None
        (self._results.lost if joined else self._results.failed)[reason] += 1
        connection.close()

    def _leave(self) -> None:
        now_s = time.perf_counter()
        for log in self._results.frames.values():
            log.finish(now_s)
        for connection in self._listening.values():
            stats = connection.listener.stats
            stats.end(now_s)
            if stats.joined_s is None:
                self._results.failed["connected, but the server sent no hello"] += 1
        if self._joining:
            self._results.failed["not joined when the test ended"] += len(self._joining)
        for connection in (*self._listening.values(), *self._joining.values()):
            connection.close()
        self._poll.close()


def reason_of(error: ListenerLost | OSError) -> str:
    """The reason of an error, worded the same for all listeners, so that it can be counted."""
    if isinstance(error, ListenerLost):
        return error.message
    return (error.strerror or str(error)).lower()
