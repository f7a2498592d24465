"""The record of the human interpreter who should be heard on a channel."""

import pytest

from broadcaster.model.consoles.on_air import OnAir

ANA = OnAir().taken_by("ana-id", "Ana", 1_000)


def test_a_channel_belongs_to_the_ai_until_somebody_takes_it() -> None:
    assert not OnAir().human
    assert OnAir("ana-id", "Ana", 1_000) == ANA
    assert ANA.human


def test_taking_it_again_keeps_the_turn() -> None:
    muted = ANA.with_mute(muted=True).requested("ben-id")
    again = muted.taken_by("ana-id", "Ana M.", 5_000)
    assert again == OnAir("ana-id", "Ana M.", 1_000, muted=True)


def test_a_partner_who_takes_it_begins_a_turn_with_an_open_microphone() -> None:
    waiting = ANA.with_mute(muted=True).handing_over("ben-id", 9_000)
    assert waiting.taken_by("ben-id", "Ben", 9_000) == OnAir("ben-id", "Ben", 9_000)


def test_releasing_gives_it_to_the_ai() -> None:
    assert ANA.with_mute(muted=True).released(7_000) == OnAir(since_ms=7_000)
    assert OnAir(since_ms=3).released(7_000) == OnAir(since_ms=3)


def test_without_a_human_on_air_nothing_is_muted() -> None:
    assert OnAir().with_mute(muted=True) == OnAir()
    assert ANA.with_mute(muted=True).with_mute(muted=False) == ANA


def test_a_partner_asks_and_takes_it_back() -> None:
    assert ANA.requested("ben-id").requested_by == "ben-id"
    assert ANA.requested("ana-id") == ANA
    assert ANA.requested("ben-id").request_withdrawn() == ANA


def test_a_countdown_ends_or_is_cancelled() -> None:
    counting = ANA.requested("ben-id").handing_over("ben-id", 6_000)
    assert counting.handover_to == "ben-id"
    assert not counting.requested_by
    assert not counting.handover_due(5_999)
    assert counting.handover_due(6_000)
    assert counting.handover_cancelled() == ANA
    assert not ANA.handover_due(10**15)
    assert ANA.handing_over("ana-id", 6_000) == ANA


def test_the_record_is_read_as_it_was_written() -> None:
    counting = ANA.handing_over("ben-id", 6_000)
    assert OnAir.from_json(counting.to_json()) == counting
    assert OnAir.from_json(b'{"interpreter": "x", "of_a_later_version": 1}') == OnAir("x")


@pytest.mark.parametrize("data", [b"no json", b"[]", b"1"])
def test_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"OnAir|Expecting"):
        OnAir.from_json(data)
