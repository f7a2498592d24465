"""One test with the whole page, from its plan to its report."""

import time
from dataclasses import dataclass

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.crowd import JOIN_S
from broadcaster.loadtest.measure import LONGEST_S
from broadcaster.loadtest.page.phone import MOST_CONNECTIONS
from broadcaster.loadtest.page.processes import (
    END_S,
    PhoneShare,
    ShareProcess,
    SteadyListeners,
    phone_processes,
    receive_all,
    without_tls,
)
from broadcaster.loadtest.page.report import PageReport, page_report
from broadcaster.loadtest.page.scripts import find_later_files
from broadcaster.loadtest.page.server import ServerWatch
from broadcaster.loadtest.plan import PROGRESS_S, LoadPlan, LoadProgress, ReportProgress
from broadcaster.loadtest.target import LoadTarget
from broadcaster.system import open_files

BEGINS_AFTER_S = 0.2
"""From the last process that is ready to the first phone."""
_STEADY_RAMP_S = 2.0


@dataclass(frozen=True, slots=True)
class PagePlan:
    """The size of a crowd that opens the page.

    Attributes:
        crowd: how many phones, how fast they scan the code, how long they listen.
        steady: listeners that are there before.
    """

    crowd: LoadPlan
    steady: int = 200


def check_page_limits(plan: PagePlan) -> None:
    """Check that a test can run.

    Raises:
        BroadcasterError: it would be too long, or its processes may not open enough files.
    """
    if plan.crowd.ramp_s + plan.crowd.duration_s > LONGEST_S:
        raise BroadcasterError(
            "a test lasts at most an hour", hint="Choose a shorter --duration or --ramp."
        )
    allowed = open_files.raise_open_files()
    connections = plan.crowd.listeners * (MOST_CONNECTIONS + 1) // phone_processes()
    if allowed < connections + open_files.OTHER_FILES:
        raise BroadcasterError(
            f"a process may open {allowed} files, too few for {plan.crowd.listeners} phones "
            f"with up to {MOST_CONNECTIONS + 1} connections each",
            hint=f"{open_files.HOW_TO_RAISE} Or test with fewer --listeners.",
        )


def measure_page(target: LoadTarget, plan: PagePlan, report_progress: ReportProgress) -> PageReport:
    """Run one test.

    Args:
        target: the server.
        plan: the crowd.
        report_progress: see `ReportProgress`; the steady listeners are not counted.

    Raises:
        BroadcasterError: the page cannot be read, or a process of this tool ends.
    """
    test = _PageTest(target, plan, report_progress)
    try:
        return test.run()
    finally:
        test.close()


class _PageTest:
    def __init__(self, target: LoadTarget, plan: PagePlan, report_progress: ReportProgress) -> None:
        self._target = target
        self._plan = plan
        self._report_progress = report_progress
        self._phones: list[ShareProcess] = []
        self._steady: list[ShareProcess] = []

    def run(self) -> PageReport:
        """Run the test; see `measure_page`."""
        self._start()
        self._begin_steady()
        assert self._target.url.port is not None
        watch = ServerWatch(self._target.url.port, local=self._target.local)
        watch.sample()
        began_s = time.perf_counter() + BEGINS_AFTER_S
        for process in self._phones:
            process.begin(began_s)
        self._wait_for_phones(began_s, watch)
        self._await_results(self._phones)
        self._await_results(self._steady)
        shares = [one.results for one in self._phones if one.results is not None]
        steady = self._steady[0].results if self._steady else None
        came = began_s, began_s + self._plan.crowd.ramp_s
        return page_report(self._plan.crowd.listeners, shares, steady, watch.load, came)

    def close(self) -> None:
        """End all processes."""
        for process in (*self._phones, *self._steady):
            process.close()

    def _start(self) -> None:
        later = find_later_files(self._target)
        target, plan = without_tls(self._target), self._plan
        if plan.steady:
            steady = LoadPlan(plan.steady, _STEADY_RAMP_S, LONGEST_S)
            self._steady.append(ShareProcess(SteadyListeners(target, steady), "steady listeners"))
        crowd, count = plan.crowd, phone_processes()
        for number in range(count):
            first = crowd.listeners * number // count
            size = crowd.listeners * (number + 1) // count - first
            if size:
                share = LoadPlan(size, crowd.ramp_s, crowd.duration_s)
                phones = PhoneShare(target, later, share, first)
                self._phones.append(ShareProcess(phones, "phones"))
        for process in (*self._steady, *self._phones):
            process.await_start()

    def _begin_steady(self) -> None:
        """Let the steady listeners join, and wait until they have."""
        for process in self._steady:
            process.begin(time.perf_counter())
        deadline_s = time.perf_counter() + _STEADY_RAMP_S + JOIN_S
        while time.perf_counter() < deadline_s:
            receive_all(self._steady, PROGRESS_S)
            now = [process.progress for process in self._steady if process.results is None]
            if all(one.joined + one.gone >= self._plan.steady for one in now):
                return

    def _wait_for_phones(self, began_s: float, watch: ServerWatch) -> None:
        sampled_s = began_s
        while any(process.results is None for process in self._phones):
            receive_all([*self._phones, *self._steady], PROGRESS_S)
            now_s = time.perf_counter()
            if now_s - sampled_s < PROGRESS_S:
                continue
            sampled_s = now_s
            watch.sample()
            if not self._report_progress(self._progress(now_s - began_s)):
                return

    def _progress(self, elapsed_s: float) -> LoadProgress:
        each = [process.progress for process in self._phones]
        return LoadProgress(
            elapsed_s,
            sum(one.joined for one in each),
            sum(one.gone for one in each),
            sum(one.messages for one in each),
        )

    def _await_results(self, processes: list[ShareProcess]) -> None:
        """Stop processes that still run, and take their results.

        Raises:
            BroadcasterError: one of them does not end.
        """
        for process in processes:
            process.stop()
        deadline_s = time.perf_counter() + END_S
        while any(process.results is None for process in processes):
            if time.perf_counter() > deadline_s:
                raise BroadcasterError(
                    "a process of this test does not end", hint="Try again with fewer phones."
                )
            receive_all([*self._phones, *self._steady], PROGRESS_S)
