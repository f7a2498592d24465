import pytest

from broadcaster.edge.fanout.polling_readers import WINDOW_S, PollingReaders
from tests.support.clock import FakeClock


def poll(clock: FakeClock, readers: PollingReaders, *, count: int, seconds: int) -> None:
    for _ in range(seconds):
        for _ in range(count):
            readers.count()
        clock.pass_time(1.0)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_readers_that_ask_once_a_second_are_counted(count: int) -> None:
    clock = FakeClock()
    readers = PollingReaders(clock)
    poll(clock, readers, count=count, seconds=12)
    assert count <= len(readers) <= count + 1


def test_one_question_counts_as_a_reader_at_once() -> None:
    readers = PollingReaders(FakeClock())
    assert len(readers) == 0
    readers.count()
    assert len(readers) == 1


@pytest.mark.parametrize("windows", [2, 3, 100])
def test_readers_that_have_left_are_forgotten(windows: int) -> None:
    clock = FakeClock()
    readers = PollingReaders(clock)
    poll(clock, readers, count=3, seconds=5)
    clock.pass_time(windows * WINDOW_S)
    assert len(readers) == 0
