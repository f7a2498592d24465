"""Watching records, the same for both buses."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable

from broadcaster.bus.subscription import BoundedSubscription
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock, Record
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

RELIST_S = 10.0
"""Interval at which all records are read again, in case an announcement was lost."""


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


async def all_states(
    prefix: str,
    names: Callable[[str], Awaitable[list[str]]],
    get: Callable[[str], Awaitable[Record | None]],
    written: BoundedSubscription,
    clock: Clock,
    caught_up: asyncio.Event | None,
) -> AsyncGenerator[tuple[str, Record], None]:
    """The states of all records with a prefix for ever; see `ports.Bus.watch_all`.

    Args:
        prefix: start of their names.
        names: lists them, or raises `BusUnavailable`.
        get: reads one, or raises `BusUnavailable`.
        written: has a message with the name of each record that was written; some may be lost.
        clock: time of the pauses while they cannot be read.
        caught_up: see `ports.Bus.watch_all`.
    """
    backoff = Backoff(sleep=clock.sleep)
    last: dict[str, Record] = {}
    dropped = written.dropped
    while True:
        relist_at = clock.monotonic() + RELIST_S
        try:
            unread = await names(prefix)
            last = {name: last[name] for name in unread if name in last}
            while unread or clock.monotonic() < relist_at:
                for name in unread:
                    current = await get(name)
                    if current is not None and current != last.get(name):
                        last[name] = current
                        yield name, current
                unread = []
                if caught_up is not None:
                    caught_up.set()
                message = await written.wait(max(0.0, relist_at - clock.monotonic()))
                if written.dropped != dropped:
                    break
                name = message.payload.decode() if message else ""
                if message and name.startswith(prefix):
                    unread = [name]
            dropped = written.dropped
            backoff.reset()
        except BusUnavailable as error:
            _log.warning("cannot read the records %s*, trying again: %s", prefix, error.message)
            await backoff.wait()
