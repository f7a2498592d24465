"""The records of messages and of signals to slow down, also when several write at once."""

import asyncio

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.messages import MOST_MESSAGES, Addressee, ConsoleMessages
from broadcaster.model.consoles.records import (
    add_message,
    ask_to_slow_down,
    change_on_air,
    read_on_air,
)
from broadcaster.model.consoles.slow_down import SlowDown


def test_the_oldest_messages_make_room() -> None:
    messages = ConsoleMessages()
    for number in range(MOST_MESSAGES + 2):
        messages = messages.with_message("ana", "Ana", Addressee.PARTNERS, str(number), number)
    assert [one.number for one in messages.messages] == list(range(3, MOST_MESSAGES + 3))
    assert ConsoleMessages.from_json(messages.to_json()) == messages
    assert not messages.of_technician()


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"messages": [{}]}', b"{"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"ConsoleMessages|Expecting"):
        ConsoleMessages.from_json(data)


async def test_all_who_write_at_once_are_read() -> None:
    async with EmbeddedBus(None) as bus:
        await asyncio.gather(
            *(
                add_message(
                    bus,
                    "talk",
                    "es",
                    sender=str(number),
                    name="Ana",
                    to=Addressee.TECHNICIAN,
                    text="microphone!",
                    at_ms=number,
                )
                for number in range(10)
            )
        )
        record = await bus.get(console_keys.console_record("talk", "es"))
        assert record is not None
        messages = ConsoleMessages.from_json(record.value)
    assert {one.sender for one in messages.of_technician()} == {str(one) for one in range(10)}
    assert [one.number for one in messages.messages] == list(range(1, 11))


async def test_of_two_who_change_the_turn_each_sees_what_the_other_did() -> None:
    async with EmbeddedBus(None) as bus:

        async def take(name: str) -> str:
            before, _ = await change_on_air(
                bus, "talk", "es", lambda turn: turn.taken_by(name, name, 1)
            )
            return before.interpreter

        found = await asyncio.gather(take("ana"), take("ben"))
        last = await read_on_air(bus, "talk", "es")
    assert sorted(found) in [["", "ana"], ["", "ben"]]
    assert last.interpreter != next(one for one in found if one)


async def test_a_signal_to_slow_down_is_shown_for_a_while() -> None:
    async with EmbeddedBus(None) as bus:
        await ask_to_slow_down(bus, "talk", "es", 50_000)
        record = await bus.get(console_keys.slow_down_record("talk"))
    assert record is not None
    signal = SlowDown.from_json(record.value)
    assert signal == SlowDown(50_000, "es")
    assert signal.is_shown(69_999)
    assert not signal.is_shown(70_000)
    assert not SlowDown().is_shown(1_700_000_000_000)
