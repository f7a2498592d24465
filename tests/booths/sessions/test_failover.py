"""A second engine takes over when the first has trouble, and gives the channel back."""

from typing import Any, cast

import pytest

from broadcaster.booths.sessions.failover import LONG, EngineRanking, NextStep
from broadcaster.errors import InterpreterFailed
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.failover.choices import Failover
from broadcaster.model.status import BoothState
from tests.chaos.troubled import IMPATIENT, Broadcast, Outage, Trouble
from tests.chaos.words import Talk
from tests.support.clock import FakeClock

TROUBLE_S, RECOVERY_S, END_S = 20.0, 50.0, 100.0
NOTICED_S = {
    Trouble.REFUSES: 0.0,
    Trouble.HANGS: IMPATIENT.silence_s,
    Trouble.CLOSES: 2.0,
}
"""The time after which the second engine is known to be needed."""
SOON_S = 1.0
"""Time to open a session, and for the interpreter to say a word."""


async def broadcast_with(trouble: Trouble, failover: Failover) -> Broadcast:
    """A talk during which the first service has trouble for half a minute."""
    outages = [Outage(trouble, TROUBLE_S, RECOVERY_S)]
    broadcast = Broadcast(Talk.of_length(END_S, seed=7), outages, failover)
    await broadcast.run()
    return broadcast


@pytest.mark.parametrize("trouble", NOTICED_S)
@pytest.mark.parametrize("standby", Standby)
async def test_the_next_engine_speaks_soon_and_the_first_comes_back(
    trouble: Trouble, standby: Standby
) -> None:
    broadcast = await broadcast_with(trouble, Failover(standby=standby))
    (outage,) = broadcast.outages
    assert broadcast.heard.words == broadcast.talk.words
    assert broadcast.text == broadcast.sound == (0, 0)
    assert [rank for _, rank in broadcast.ranks] == [0, 1, 0]
    assert broadcast.taken_over_s(outage) < NOTICED_S[trouble] + SOON_S
    assert 0 < broadcast.returned_s(outage) < 40
    assert (broadcast.fed_blocks[1] > 4 * END_S) is (standby is Standby.WARM)
    assert BoothState.FAILED not in broadcast.heard.states


async def test_an_engine_that_falls_behind_is_replaced_and_does_not_come_back_soon() -> None:
    broadcast = await broadcast_with(Trouble.FALLS_BEHIND, Failover(behind_s=6.0))
    assert broadcast.errors == {"interpreter_behind": 1}
    assert [rank for _, rank in broadcast.ranks] == [0, 1]
    assert broadcast.text == broadcast.sound == (0, 0)


@pytest.mark.parametrize("error", ["interpreter_behind", "wrong_language", "interpreter_mute"])
def test_trouble_that_a_trial_does_not_show_keeps_an_engine_away_for_long(error: str) -> None:
    """It answers the trial, so that it would have the channel again and again."""
    clock = FakeClock()
    ranking = EngineRanking(cast("Any", (None, None)), clock)
    failure = InterpreterFailed(error, "it has trouble", retryable=True)
    for wait_s in (LONG.first_s, 2 * LONG.first_s, 4 * LONG.first_s):
        assert ranking.failed(0, failure) is NextStep.OTHER
        assert ranking.rank == 1
        clock.seconds += wait_s - 1
        assert not ranking.another_is_ready(1)
        clock.seconds += 1
        assert ranking.another_is_ready(1)
        ranking.choose(0)
