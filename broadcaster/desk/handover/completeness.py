"""Tells when all captions of a closed event are written."""

from contextlib import suppress

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock

COMPLETE_AFTER_S = 10.0
"""A closed event's booths finish their sentences for about this long."""
LATEST_COMPLETE_S = 120.0
"""A caption that is not finished by then will not be."""


async def captions_complete(bus: Bus, clock: Clock, event: Event) -> bool:
    """Whether all captions of a closed event are finished.

    Raises:
        BusUnavailable: the store does not work.
    """
    closed_s = (clock.now_ms() - (event.closed_at_ms or 0)) / 1_000
    if not COMPLETE_AFTER_S <= closed_s < LATEST_COMPLETE_S:
        return closed_s >= LATEST_COMPLETE_S
    for channel in event.channel_ids():
        for entry in await bus.latest(keys.captions(event.id, channel), 1):
            with suppress(ValueError, TypeError):  # the edge reports it
                if not Caption.from_json(entry.payload).final:
                    return False
    return True
