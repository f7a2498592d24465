"""Rotation and drops in the middle of speech: every word once, in order."""

import random

import pytest

from broadcaster.model.status import BoothState
from tests.chaos.harness import differences, interpret, interpret_in_turns
from tests.chaos.words import Talk


async def test_a_talk_without_faults() -> None:
    talk = Talk.of_length(60, seed=1)
    heard, server = await interpret(talk, lifetime_s=3_600, drops=set())
    assert heard.words == talk.words
    assert heard.sounds == talk.words
    assert server.sessions == 1


async def test_sessions_are_replaced_before_they_expire() -> None:
    talk = Talk.of_length(160, seed=2)
    heard, server = await interpret(talk, lifetime_s=40, drops=set())
    print(f"{server.sessions} sessions: {differences(heard.words, talk.words)}")
    assert server.sessions >= 5
    assert server.expired == 0
    assert heard.words == talk.words
    assert heard.sounds == talk.words
    assert BoothState.RETRYING not in heard.states


async def test_a_session_that_is_cut_while_it_finishes_is_replayed() -> None:
    talk = Talk.of_length(120, seed=4)
    heard, server = await interpret(talk, lifetime_s=40, drops=set(), cut_closings=2)
    print(f"{server.sessions} sessions: {differences(heard.words, talk.words)}")
    assert server.cut_closings == 0
    assert server.expired == 0
    assert BoothState.RETRYING in heard.states
    assert heard.words == talk.words
    assert set(heard.sounds) == set(talk.words)


@pytest.mark.parametrize("seed", range(3))
async def test_drops_lose_and_repeat_nothing(seed: int) -> None:
    talk = Talk.of_length(150, seed=seed)
    chance = random.Random(seed)
    drops = {chance.randrange(10, 740) for _ in range(6)}
    heard, server = await interpret(talk, lifetime_s=90, drops=drops)
    print(
        f"seed {seed}, drops after {sorted(drops)} blocks, {server.sessions} sessions: "
        f"{differences(heard.words, talk.words)}"
    )
    assert heard.words == talk.words
    assert set(heard.sounds) == set(talk.words)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("planned", [True, False])
async def test_booths_that_take_turns_lose_and_repeat_nothing(*, planned: bool, seed: int) -> None:
    talk = Talk.of_length(120, seed=seed)
    heard = await interpret_in_turns(talk, 17.0 + seed, planned=planned)
    print(differences(heard.words, talk.words))
    assert heard.words == talk.words
    assert set(heard.sounds) == set(talk.words)
    if planned:
        assert heard.sounds == talk.words
