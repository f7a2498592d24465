"""The rules of taking turns."""

import pytest

from broadcaster.consoles import turns
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.web.errors import Refused

PARTNERS = {"ana": "Ana", "ben": "Ben", "cleo": "Cleo"}
AI = OnAir()
ANA = OnAir("ana", "Ana", 1_000)


def test_the_ai_gives_the_channel_to_anybody() -> None:
    assert turns.take(AI, "ana", "Ana", "", 1_000) == ANA
    assert turns.take(AI, "ana", "Ana", "ben", 1_000) == ANA


def test_a_partner_is_only_replaced_by_somebody_who_saw_them_on_air() -> None:
    assert turns.take(ANA, "ben", "Ben", "ana", 2_000).interpreter == "ben"
    for seen in ("", "cleo"):
        with pytest.raises(Refused, match="Ana has just taken the channel") as refused:
            turns.take(ANA, "ben", "Ben", seen, 2_000)
        assert (refused.value.status, refused.value.error) == (409, "turn_changed")


def test_taking_twice_is_taking_once() -> None:
    assert turns.take(ANA, "ana", "Ana", "", 9_000) == ANA


def test_only_the_interpreter_on_air_mutes_and_gives_away() -> None:
    assert turns.mute(ANA, "ana", muted=True).muted
    assert not turns.release(ANA, "ana", 2_000).human
    for holder, words in ((ANA, "Ana has the channel"), (AI, "the AI has the channel")):
        with pytest.raises(Refused, match=words) as refused:
            turns.mute(holder, "ben", muted=True)
        assert refused.value.error == "not_on_air"
        with pytest.raises(Refused, match=words):
            turns.release(holder, "ben", 2_000)
        with pytest.raises(Refused, match=words):
            turns.hand_over(holder, "ben", "cleo", PARTNERS, 2_000)


def test_one_partner_asks_at_a_time() -> None:
    asked = turns.request(ANA, "ben")
    assert asked.requested_by == "ben"
    assert turns.request(asked, "ben") == asked
    with pytest.raises(Refused) as refused:
        turns.request(asked, "cleo")
    assert refused.value.error == "already_requested"
    with pytest.raises(Refused) as refused:
        turns.request(AI, "cleo")
    assert refused.value.error == "nobody_on_air"


def test_a_request_is_withdrawn_by_the_partner_or_refused_by_the_interpreter_on_air() -> None:
    asked = turns.request(ANA, "ben")
    assert turns.withdraw(asked, "ben") == ANA
    assert turns.withdraw(asked, "ana") == ANA
    assert turns.withdraw(asked, "cleo") == asked


def test_a_handover_ends_with_the_countdown() -> None:
    counting = turns.hand_over(turns.request(ANA, "ben"), "ana", "ben", PARTNERS, 10_000)
    assert (counting.interpreter, counting.requested_by) == ("ana", "")
    assert turns.concluded_at_ms(counting, "ben") == 15_000
    assert turns.concluded_at_ms(counting, "ana") == 17_000
    assert turns.concluded_at_ms(counting, "cleo") is None
    assert turns.conclude(counting, "ben", "Ben", 14_999) == counting
    taken = turns.conclude(counting, "ben", "Ben", 15_000)
    assert (taken.interpreter, taken.handover_to, taken.since_ms) == ("ben", "", 15_000)
    assert turns.conclude(counting, "ana", "Ana", 16_999) == counting
    assert turns.conclude(counting, "ana", "Ana", 17_000) == ANA


def test_either_of_the_two_stops_a_countdown() -> None:
    counting = turns.hand_over(ANA, "ana", "ben", PARTNERS, 10_000)
    assert turns.cancel(counting, "ana") == ANA
    assert turns.cancel(counting, "ben") == ANA
    assert turns.cancel(counting, "cleo") == counting


@pytest.mark.parametrize("partner", ["ana", "dora", ""])
def test_a_channel_is_handed_to_another_partner_of_it(partner: str) -> None:
    with pytest.raises(Refused) as refused:
        turns.hand_over(ANA, "ana", partner, PARTNERS, 10_000)
    assert (refused.value.status, refused.value.error) == (404, "unknown_partner")
