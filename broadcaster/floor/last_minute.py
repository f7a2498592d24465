"""Leaves the last minute of live floors to the next process on the data folder."""

import logging

from broadcaster.model import keys
from broadcaster.model.consoles import console_keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus

log = logging.getLogger("broadcaster.floor")


async def leave_live_floors(bus: Bus) -> None:
    """Leave the last minute of every live event: the next process goes on from there.

    Of other events it leaves the disk when this process ends.

    Raises:
        BusUnavailable: the records cannot be read.
    """
    for name in await bus.records(keys.EVENT_RECORDS):
        record = await bus.get(name)
        if record is None:
            continue
        try:
            event = Event.from_json(record.value)
        except (ValueError, TypeError, KeyError):
            continue  # the booths' supervisor reports it
        if event.state is EventState.LIVE:
            log.info("event %s is live: the next start within two minutes goes on", event.id)
            bus.leave_retained(keys.floor_pcm(event.id))
            for channel in event.channels:
                bus.leave_retained(console_keys.interpreter_pcm(event.id, channel.language))
