"""Words that are replaced in the next captions of an event, such as names."""

from dataclasses import dataclass

from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.records.json_form import JsonForm

MOST_REPLACEMENTS = 200
LONGEST_WORDS = 80
"""Characters of what is found, and of what takes its place."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words that take the place of others.

    Attributes:
        id: unique within the event.
        find: the words that are replaced, as whole words; case does not matter.
        replace: the words that take their place.
        channel: in which; empty for all.
    """

    id: str
    find: str
    replace: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Replacements(JsonForm):
    """The replacements of one event, in the order in which they were added."""

    rules: tuple[Replacement, ...] = ()

    def on(self, channel: str) -> tuple[Replacement, ...]:
        """The replacements that count for a channel."""
        return tuple(one for one in self.rules if one.channel in {"", channel})


async def read_replacements(bus: Bus, event: str) -> Replacements:
    """The replacements of an event.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    record = await bus.get(keys.replacements_record(event))
    return Replacements() if record is None else Replacements.from_json(record.value)
