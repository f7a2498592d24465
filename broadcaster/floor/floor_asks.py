"""Asks of one process for the floor that another process holds.

A speaker's client may reach another process than before: after a lost connection, or with another
device that takes over. The process that holds the floor gives it up if no publisher would be lost.
"""

from dataclasses import dataclass

from broadcaster.floor.feed import FloorFeed
from broadcaster.model import keys
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.ports import Bus
from broadcaster.model.records.json_form import JsonForm


@dataclass(frozen=True, slots=True)
class FloorAsk(JsonForm):
    """An ask for a floor.

    Attributes:
        process: a name of the process that asks.
        role: the input for which a publisher has come.
        takeover: whether that publisher takes the place of a live one.
    """

    process: str
    role: InputRole
    takeover: bool


async def until_asked(bus: Bus, feed: FloorFeed, process: str) -> None:
    """Return when another process may have the floor of a feed.

    Args:
        bus: brings the asks.
        feed: has the floor.
        process: a name of this process, which asks itself for nothing.
    """
    async with bus.subscribe(keys.floor_asks(feed.event.id)) as messages:
        async for message in messages:
            try:
                ask = FloorAsk.from_json(message.payload)
            except ValueError:
                continue
            if ask.process != process and feed.gives_way(ask.role, takeover=ask.takeover):
                return
