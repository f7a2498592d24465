"""Reads and changes the records of a channel's human interpreters, also when others write too."""

from collections.abc import Callable

from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.messages import Addressee, ConsoleMessages
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record


async def read_on_air(bus: Bus, event_id: str, channel: str) -> OnAir:
    """The turn on a channel.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    record = await bus.get(console_keys.on_air_record(event_id, channel))
    return OnAir() if record is None else OnAir.from_json(record.value)


async def change_on_air(
    bus: Bus, event_id: str, channel: str, change: Callable[[OnAir], OnAir]
) -> tuple[OnAir, OnAir]:
    """Change the turn on a channel by compare-and-set.

    Args:
        bus: has the record.
        event_id: of the event.
        channel: language of the channel.
        change: is given the turn as it is now, again after another writer was faster; what it
            raises leaves the turn as it is.

    Returns:
        The turn before and after.

    Raises:
        BusUnavailable: it was perhaps not changed.
    """
    name = console_keys.on_air_record(event_id, channel)
    before, after, _ = await change_record(bus, name, OnAir.from_json, OnAir(), change)
    return before, after


async def add_message(
    bus: Bus,
    event_id: str,
    channel: str,
    *,
    sender: str,
    name: str,
    to: Addressee,
    text: str,
    at_ms: int,
) -> None:
    """Add a message to those of a channel.

    Raises:
        BusUnavailable: it was perhaps not added.
    """
    await change_record(
        bus,
        console_keys.console_record(event_id, channel),
        ConsoleMessages.from_json,
        ConsoleMessages(),
        lambda before: before.with_message(sender, name, to, text, at_ms),
    )


async def ask_to_slow_down(bus: Bus, event_id: str, channel: str, now_ms: int) -> None:
    """Signal the speaker of an event to slow down.

    Raises:
        BusUnavailable: the signal was perhaps not given.
    """
    await bus.put(console_keys.slow_down_record(event_id), SlowDown(now_ms, channel).to_json())
