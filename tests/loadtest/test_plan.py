"""The schedule of a load test, on a clock that the test moves."""

from broadcaster.loadtest.plan import PROGRESS_S, LoadPlan, LoadProgress, LoadRun
from broadcaster.loadtest.results import ListenerStats, LoadResults


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def look(run: LoadRun, clock: Clock, after_s: float, *, joining: int = 0, asked: int = 10) -> bool:
    clock.now_s += after_s
    return run.goes_on(asked=asked, joining=joining, listening=asked - joining)


def test_listeners_are_due_evenly_over_the_ramp() -> None:
    clock = Clock()
    run = LoadRun(LoadPlan(10, 5.0, 60.0), LoadResults(), lambda _: True, clock)
    due = []
    for _ in range(7):
        due.append(run.due())
        look(run, clock, 1.0, joining=10)
    assert due == [0, 2, 4, 6, 8, 10, 10]


def test_without_a_ramp_all_are_due_at_once() -> None:
    assert LoadRun(LoadPlan(10, 0.0, 60.0), LoadResults(), lambda _: True).due() == 10


def test_the_duration_counts_from_the_last_listener_on() -> None:
    clock = Clock()
    run = LoadRun(LoadPlan(10, 0.0, 5.0), LoadResults(), lambda _: True, clock)
    assert look(run, clock, 30.0, joining=1)
    assert look(run, clock, 1.0)
    assert look(run, clock, 4.5)
    assert not look(run, clock, 0.5)


def test_a_test_ends_when_nobody_is_left_or_when_it_is_stopped() -> None:
    clock = Clock()
    run = LoadRun(LoadPlan(10, 0.0, 60.0), LoadResults(), lambda _: True, clock)
    clock.now_s += 1.0
    assert not run.goes_on(asked=10, joining=0, listening=0)
    stopped = LoadRun(LoadPlan(10, 0.0, 60.0), LoadResults(), lambda _: False, clock)
    assert not look(stopped, clock, 1.0, joining=10)


def test_progress_is_reported_four_times_a_second() -> None:
    clock, seen = Clock(), list[LoadProgress]()
    results = LoadResults(listeners=[ListenerStats(100.0, messages=7)])
    results.failed["no answer"] = 2
    results.lost["closed"] = 1

    def report_progress(now: LoadProgress) -> bool:
        seen.append(now)
        return True

    run = LoadRun(LoadPlan(10, 0.0, 60.0), results, report_progress, clock)
    for _ in range(100):
        look(run, clock, PROGRESS_S / 2)
    assert len(seen) == 50
    assert (seen[0].joined, seen[0].gone, seen[0].messages) == (10, 3, 7)


def test_the_steady_phase_begins_when_all_are_in() -> None:
    clock = Clock()
    stats = ListenerStats(100.0)
    run = LoadRun(LoadPlan(1, 0.0, 60.0), LoadResults(listeners=[stats]), lambda _: True, clock)
    stats.messages, stats.bytes = 5, 500
    look(run, clock, 3.0, asked=1)
    stats.messages, stats.bytes = 25, 2_500
    look(run, clock, 10.0, asked=1)
    phase = run.measured_phase()
    assert (phase.seconds, phase.messages, phase.bytes) == (10.0, 20, 2_000)
    assert phase.longest_absence_s == 10.0
