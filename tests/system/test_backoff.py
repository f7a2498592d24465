import pytest

from broadcaster.system.backoff import Backoff
from tests.support.clock import FakeClock


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=1.0, longest_s=5.0)
    for longest in (1.0, 2.0, 4.0, 5.0, 5.0):
        assert longest / 2 <= backoff.next_s() <= longest


def test_an_attempt_that_worked_starts_again() -> None:
    backoff = Backoff(first_s=1.0, longest_s=60.0)
    for _ in range(10):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 1.0


def test_the_same_pause_is_not_the_same_for_all() -> None:
    assert len({Backoff().next_s() for _ in range(20)}) > 1


@pytest.mark.parametrize("attempts", [1, 6])
async def test_it_waits_on_the_clock_it_is_given(attempts: int) -> None:
    clock = FakeClock()
    backoff = Backoff(first_s=60.0, longest_s=3600.0, sleep=clock.sleep)
    for _ in range(attempts):
        await backoff.wait()
    longest = 60.0 * (2**attempts - 1)
    assert longest / 2 <= clock.seconds <= longest
