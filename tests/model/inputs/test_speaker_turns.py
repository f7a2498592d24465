"""The record of the speakers: bounded, without repeats, and safe to read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.model.inputs.speaker_turns import MOST_TURNS, SpeakerTurn, SpeakerTurns

NOTES = st.lists(st.tuples(st.integers(0, 60_000), st.sampled_from(["", "Chair", "P 2", "لمى"])))


def noted(notes: list[tuple[int, str]]) -> SpeakerTurns:
    turns = SpeakerTurns()
    for start_ms, name in notes:
        turns = turns.followed_by(start_ms, name)
    return turns


@settings(derandomize=True, database=None, deadline=None)
@given(NOTES, st.integers(0, 70_000), st.integers(0, 20_000))
def test_whoever_speaks_has_a_name_from_the_first_turn_on(
    notes: list[tuple[int, str]], start_ms: int, length_ms: int
) -> None:
    turns = noted(notes)
    starts = [one.start_ms for one in turns.turns]
    assert starts == sorted(starts)
    assert all(a.name != b.name for a, b in zip(turns.turns, turns.turns[1:], strict=False))
    assert SpeakerTurns.from_json(turns.to_json()) == turns
    shares = list(turns.between(start_ms, start_ms + length_ms))
    end_ms = start_ms + max(1, length_ms)
    named_ms = max(0, end_ms - max(start_ms, starts[0])) if starts else 0
    assert sum(own_ms for _, own_ms in shares) == named_ms
    for name, _ in shares:
        assert any(one.name == name and one.start_ms < end_ms for one in turns.turns)


def test_nothing_is_noted_before_the_first_name_and_the_oldest_turns_are_forgotten() -> None:
    assert noted([(0, ""), (10, "")]) == SpeakerTurns()
    turns = noted([(number, f"M {number % 2}") for number in range(MOST_TURNS + 50)])
    assert len(turns.turns) == MOST_TURNS
    assert turns.turns[0] == SpeakerTurn(50, "M 0")


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"turns": [1]}', b"\xff", b"{"])
def test_another_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own or ours
        SpeakerTurns.from_json(data)
