"""Watching records, the same for both buses."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable

from broadcaster.bus.subscription import BoundedSubscription
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock, Record
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)


async def states(
    record: str,
    get: Callable[[str], Awaitable[Record | None]],
    changed: BoundedSubscription,
    reread_s: float,
    clock: Clock,
) -> AsyncGenerator[Record, None]:
    """The states of a record for ever; see `ports.Bus.watch`.

    Args:
        record: its name.
        get: reads it, or raises `BusUnavailable`.
        changed: has a message when it was written; one may be lost.
        reread_s: how often it is read without one.
        clock: time of the pauses while it cannot be read.
    """
    backoff = Backoff(sleep=clock.sleep)
    last = None
    while True:
        try:
            current = await get(record)
        except BusUnavailable as error:
            _log.warning("cannot read the record %s, trying again: %s", record, error.message)
            await backoff.wait()
            continue
        backoff.reset()
        if current is not None and current != last:
            last = current
            yield current
        await changed.wait(reread_s)
