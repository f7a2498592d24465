"""A worker that a busy machine keeps waiting is not taken for one that hangs."""

import itertools
import sys
from collections.abc import Iterable

import pytest

from broadcaster.rehearsal import patience, worker_process
from broadcaster.rehearsal.patience import IDLE_S, LONGEST_S, WORKING_S, Patience
from broadcaster.rehearsal.worker_process import WorkerProcess
from tests.support.deadline import deadline

ANSWERS = "import sys; print(sys.stdin.readline().strip())"
HANGS = "import time; time.sleep(1000)"
LOOPS = "while True: pass"


def seconds_until_over(cpu_s: Iterable[float | None]) -> float:
    """How long an answer is waited for if the worker has used this much after each half second."""
    used_s = iter(cpu_s)
    watch = Patience(100.0, next(used_s))
    now_s = 100.5
    while not watch.is_over(now_s, next(used_s)):
        now_s += 0.5
    return now_s - 100.0


@pytest.mark.parametrize("load", [1, 8, 40])
def test_the_same_work_may_take_as_long_as_the_machine_is_busy(load: int) -> None:
    waited_s = seconds_until_over(number / 2 / load for number in itertools.count())
    assert waited_s == min(WORKING_S * load, LONGEST_S)


def test_a_worker_that_gets_a_turn_now_and_then_works() -> None:
    turns = (number // 28 * 0.01 for number in itertools.count())
    assert seconds_until_over(turns) == LONGEST_S


def test_a_worker_that_does_nothing_hangs() -> None:
    assert seconds_until_over(itertools.repeat(2.5)) == IDLE_S
    worked_once = itertools.chain([2.5] * 10, itertools.repeat(2.6))
    assert seconds_until_over(worked_once) == 5.0 + IDLE_S


def test_where_processor_time_is_unknown_time_alone_decides() -> None:
    assert seconds_until_over(itertools.repeat(None)) == IDLE_S


def test_a_worker_that_has_ended_is_given_up() -> None:
    assert seconds_until_over(itertools.chain([2.5] * 4, itertools.repeat(None))) == 2.0 + IDLE_S


async def test_an_answer_is_passed_on() -> None:
    async with await WorkerProcess.start(sys.executable, "-c", ANSWERS) as worker, deadline():
        worker.input.write(b"hello\n")
        assert await worker.patiently(worker.output.readline()) == b"hello\n"


@pytest.mark.parametrize(("program", "limit"), [(HANGS, "IDLE_S"), (LOOPS, "WORKING_S")])
async def test_a_worker_that_hangs_is_found(
    program: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, limit, 0.3)
    monkeypatch.setattr(worker_process, "LOOK_EVERY_S", 0.02)
    async with await WorkerProcess.start(sys.executable, "-c", program) as worker, deadline():
        with pytest.raises(TimeoutError):
            await worker.patiently(worker.output.readline())
        worker.kill()
