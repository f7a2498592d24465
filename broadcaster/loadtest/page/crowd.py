"""The phones of one process in one epoll loop.

A connection that has brought what was waited for goes on as a quiet one: its bytes are read past
the TLS layer and thrown away. Each frame of sound still wakes its reader, so gaps are measured, but
a phone that listens costs this process a third.
"""

import os
import select
import time
from collections import deque
from dataclasses import dataclass

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.crowd import JOIN_S, POLL_S, reason_of
from broadcaster.loadtest.page.phone import Connection, Phone, PhoneTools
from broadcaster.loadtest.page.results import CrowdResults
from broadcaster.loadtest.page.scripts import LaterFiles
from broadcaster.loadtest.plan import LoadPlan, LoadRun, MeasuredPhase, ReportProgress
from broadcaster.loadtest.results import FrameLog, ListenerStats
from broadcaster.loadtest.target import LoadTarget

_SCANS_AT_ONCE = 20
"""Phones that begin between two looks at the sockets."""
_READY_AT_ONCE = 4096
_LEAVE_AT_ONCE = 20
_LEAVE_S = 0.02
"""Between these: all phones at once would be a gap for those who stay, and no hall leaves so."""
_QUIET_BYTES = 64 * 1024


@dataclass(slots=True)
class _Watched:
    """A connection in the epoll loop, and the events that it waits for."""

    phone: Phone
    connection: Connection
    events: int
    quiet: bool = False


class PhoneCrowd:
    """Runs the phones of one process, once.

    Args:
        target: the server.
        later: what the page loads later.
        plan: how many phones, how fast, how long they listen.
        results: everything that happens is noted here.
        first: number of the first phone, which decides its channel.
    """

    def __init__(
        self,
        target: LoadTarget,
        later: LaterFiles,
        plan: LoadPlan,
        results: CrowdResults,
        first: int = 0,
    ) -> None:
        self._tools = PhoneTools(target, later, FrameLog(), self._watch)
        self._plan = plan
        self._results = results
        self._first = first
        self._poll = select.epoll()
        self._watched: dict[int, _Watched] = {}
        self._joining: dict[Phone, None] = {}
        """Phones without sound, in the order in which they began."""
        self._listening: set[Phone] = set()
        self._taps: deque[tuple[float, Phone]] = deque()
        self._asked = 0

    def run(self, report_progress: ReportProgress) -> MeasuredPhase:
        """Let the phones come, read, listen and leave."""
        run = LoadRun(self._plan, self._results.sound, report_progress)
        try:
            while run.goes_on(
                asked=self._asked, joining=len(self._joining), listening=len(self._listening)
            ):
                time.sleep(POLL_S)
                self._begin(run.due())
                self._look()
                self._tap()
                self._give_up()
            return run.measured_phase()
        finally:
            self._leave()

    def _begin(self, due: int) -> None:
        """Let the phones come that are due."""
        for number in range(self._asked, min(due, self._asked + _SCANS_AT_ONCE)):
            self._asked += 1
            phone = Phone(self._tools, self._first + number, time.perf_counter())
            self._results.visits.append(phone.visit)
            self._joining[phone] = None
            try:
                phone.begin()
            except OSError as error:
                self._drop(phone, error)

    def _watch(self, phone: Phone, connection: Connection) -> None:
        """Open a connection.

        Raises:
            OSError: the server cannot be reached, or there are no more descriptors or ports.
        """
        descriptor = connection.open()
        phone.descriptors.add(descriptor)
        self._watched[descriptor] = _Watched(phone, connection, select.EPOLLOUT)
        self._poll.register(descriptor, select.EPOLLOUT)

    def _look(self) -> None:
        """Read from every socket that has data."""
        for descriptor, _ in self._poll.poll(0, _READY_AT_ONCE):
            watched = self._watched.get(descriptor)
            if watched is None:  # its phone has left in this turn
                continue
            try:
                if watched.quiet:
                    _read_quietly(descriptor, watched.connection.stats)
                else:
                    self._advance(descriptor, watched)
            except (ListenerLost, OSError) as error:
                self._drop(watched.phone, error)

    def _advance(self, descriptor: int, watched: _Watched) -> None:
        phone, connection = watched.phone, watched.connection
        tap_was_known = phone.tap_s is not None
        events = connection.advance(time.perf_counter())
        if not tap_was_known and phone.tap_s is not None:
            self._taps.append((phone.tap_s, phone))
        if connection.closed:
            del self._watched[descriptor]
            return
        if events != watched.events:
            watched.events = events
            self._poll.modify(descriptor, events)
        if connection.finished:
            watched.quiet = True
            if connection.stats is not None:
                self._joining.pop(phone, None)
                self._listening.add(phone)

    def _tap(self) -> None:
        """Let those tap Listen who have read for long enough."""
        now_s = time.perf_counter()
        while self._taps and self._taps[0][0] <= now_s:
            _, phone = self._taps.popleft()
            if phone not in self._joining:  # it has failed
                continue
            try:
                phone.tap(now_s)
            except OSError as error:
                self._drop(phone, error)
                continue
            if phone.visit.sound is not None:
                self._results.sound.listeners.append(phone.visit.sound)

    def _give_up(self) -> None:
        """Give up phones that have had no sound for too long. The oldest come first."""
        now_s = time.perf_counter()
        late = []
        for phone in self._joining:
            if now_s - phone.visit.asked_s < JOIN_S:
                break
            late.append(phone)
        for phone in late:
            self._drop(phone, ListenerLost(f"{phone.waits_for} after {JOIN_S:.0f} s"))

    def _drop(self, phone: Phone, error: ListenerLost | OSError) -> None:
        """Count a phone that failed or was disconnected, and close all it has."""
        sound = self._results.sound
        counted = sound.lost if phone in self._listening else sound.failed
        counted[reason_of(error)] += 1
        self._forget(phone)

    def _forget(self, phone: Phone) -> None:
        self._joining.pop(phone, None)
        self._listening.discard(phone)
        for descriptor in phone.descriptors:
            watched = self._watched.get(descriptor)
            if watched is not None and watched.phone is phone:
                del self._watched[descriptor]
        phone.close()

    def _leave(self) -> None:
        now_s = time.perf_counter()
        for phone in self._listening:
            if phone.visit.sound is not None:
                phone.visit.sound.end(now_s)
        for phone in self._joining:
            self._results.sound.failed[f"{phone.waits_for} when the test ended"] += 1
        for number, phone in enumerate((*self._joining, *self._listening), 1):
            phone.close()
            if number % _LEAVE_AT_ONCE == 0:
                time.sleep(_LEAVE_S)
        self._poll.close()


def _read_quietly(descriptor: int, stats: ListenerStats | None) -> None:
    """Read bytes that need not be understood.

    Raises:
        ListenerLost: the server closed the connection.
        OSError: the connection broke.
    """
    try:
        data = os.read(descriptor, _QUIET_BYTES)
    except BlockingIOError:
        return
    if not data:
        raise ListenerLost("the server closed a connection")
    if stats is not None:
        stats.messages += 1
        stats.bytes += len(data)
        stats.sound_arrived(time.perf_counter())
