"""Asks of one process for the floor that another process holds.

A speaker's client may reach another process than before: after a lost connection, or with another
device that takes over. The process that holds the floor gives it up if no publisher would be lost.
"""

import json
from dataclasses import asdict, dataclass

from broadcaster.floor.feed import FloorFeed
from broadcaster.model import keys
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.ports import Bus


@dataclass(frozen=True, slots=True)
class FloorAsk:
    """An ask for a floor.

    Attributes:
        process: a name of the process that asks.
        role: the input for which a publisher has come.
        takeover: whether that publisher takes the place of a live one.
    """

    process: str
    role: InputRole
    takeover: bool

    def to_json(self) -> bytes:
        """The form of the message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "FloorAsk":
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not such a message.
        """
        try:
            raw = json.loads(data)
            return cls(str(raw["process"]), InputRole(raw["role"]), bool(raw["takeover"]))
        except (KeyError, TypeError) as wrong:
            raise ValueError("not an ask for a floor") from wrong


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
