"""WebRTC listeners join one by one, and are refused when too many wait."""

import asyncio

import pytest

from broadcaster.edge.whep.join_rate import LONGEST_WAIT_S, JoinRate
from broadcaster.errors import TooManyJoining
from tests.support.clock import FakeClock


async def test_the_first_listener_does_not_wait_and_the_others_are_spaced() -> None:
    clock = FakeClock()
    join_rate = JoinRate(clock, rate_per_s=10)
    for expected_s in (0.0, 0.1, 0.2):
        await join_rate.wait_to_join()
        assert clock.seconds == pytest.approx(expected_s)
    clock.seconds = 5.0
    await join_rate.wait_to_join()
    assert clock.seconds == pytest.approx(5.0)


class StoppedClock(FakeClock):
    """Time that does not pass during a wait."""

    async def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_WAIT_S
        await asyncio.sleep(0)


async def test_a_listener_that_would_wait_too_long_is_refused() -> None:
    join_rate = JoinRate(StoppedClock(), rate_per_s=10)
    for _ in range(int(LONGEST_WAIT_S * 10) + 1):
        await join_rate.wait_to_join()
    with pytest.raises(TooManyJoining):
        await join_rate.wait_to_join()
