"""Newcomers come in one by one, and not more than the waiting room holds."""

import asyncio

import pytest

from broadcaster.edge.whep.join_rate import LONGEST_WAIT_S, Admission
from broadcaster.errors import Refused
from tests.support.clock import FakeClock


async def test_the_first_does_not_wait_and_the_others_are_spaced() -> None:
    clock = FakeClock()
    admission = Admission(clock, rate_per_s=10)
    for expected_s in (0.0, 0.1, 0.2):
        await admission.turn()
        assert clock.seconds == pytest.approx(expected_s)
    clock.seconds = 5.0
    await admission.turn()
    assert clock.seconds == pytest.approx(5.0)


class StoppedClock(FakeClock):
    """Time that does not pass while one waits."""

    async def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_WAIT_S
        await asyncio.sleep(0)


async def test_a_full_waiting_room_sends_newcomers_away() -> None:
    admission = Admission(StoppedClock(), rate_per_s=10)
    for _ in range(int(LONGEST_WAIT_S * 10) + 1):
        await admission.turn()
    with pytest.raises(Refused) as refused:
        await admission.turn()
    assert (refused.value.status, refused.value.error) == (503, "too_many_joining")
    assert refused.value.headers["Retry-After"]
