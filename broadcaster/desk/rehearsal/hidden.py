"""Hidden copies of an event, on which it is rehearsed, and their end."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from broadcaster.desk.erasure import EventEraser
from broadcaster.errors import VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.failover.choices import Failover
from broadcaster.model.ports import Bus, Clock

_ATTEMPTS = 5


def hidden_copy(event: Event, channels: tuple[Channel, ...], stage_key: str, now_ms: int) -> Event:
    """A copy of an event that is live and that nobody finds.

    The rehearsal server interprets it, unless the copy is given services in `failover.providers`.

    Args:
        event: what is rehearsed.
        channels: of the copy.
        stage_key: of the copy.
        now_ms: Unix time.
    """
    return replace(
        event,
        id=f"rehearsal-{secrets.token_hex(12)}",
        state=EventState.LIVE,
        live_at_ms=now_ms,
        channels=channels,
        stage_key=stage_key,
        source_language="en",
        spend_cap_usd=None,
        floor_delay_ms=0,
        code="",
        passcode=None,
        starts_at_ms=None,
        ends_at_ms=None,
        conference="",
        auto_open_minutes=None,
        auto_live=False,
        imported=None,
        rehearsal_of=event.id,
        failover=Failover(),
    )


@asynccontextmanager
async def broadcast_in_hiding(bus: Bus, clock: Clock, hidden: Event) -> AsyncIterator[None]:
    """Keep a hidden event on the bus inside the context, and erase it at the end.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    name = keys.event_record(hidden.id)
    await bus.put(name, hidden.to_json(), expected_version=0)
    try:
        yield
    finally:
        await _erase(bus, clock, hidden)


async def _erase(bus: Bus, clock: Clock, hidden: Event) -> None:
    """Delete the event with everything that was stored; the sweep deletes the rest."""
    eraser = EventEraser(bus, clock)
    for _ in range(_ATTEMPTS):
        record = await bus.get(keys.event_record(hidden.id))
        if record is None:
            return
        try:
            await eraser.delete(hidden, record.version)
        except VersionConflict:
            continue
        return
