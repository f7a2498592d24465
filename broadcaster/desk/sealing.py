"""Seals the stage keys that are stored in clear, or under an earlier store key."""

import logging
from contextlib import suppress
from dataclasses import replace

from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.desk")

_ATTEMPTS = 5


async def seal_stage_keys(bus: Bus, clock: Clock, keyring: StageKeyring) -> None:
    """Seal the stage keys of earlier versions and of earlier store keys, then return."""
    backoff = Backoff(sleep=clock.sleep)
    sealed = 0
    while True:
        try:
            for name in await bus.records(keys.EVENT_RECORDS):
                sealed += await _seal(bus, keyring, name)
            break
        except BusUnavailable as error:
            log.warning("cannot encrypt stage keys, trying again: %s", error.message)
            await backoff.wait()
    if not sealed:
        return
    log.info("the stage keys of %d events are encrypted from now on", sealed)
    try:
        await bus.erase_replaced()
    except BusUnavailable as error:
        log.warning("the store may still hold stage keys in clear: %s", error.advice())


async def _seal(bus: Bus, keyring: StageKeyring, record: str) -> bool:
    """Whether the record's stage key was not sealed with the first store key, and now is."""
    for _ in range(_ATTEMPTS):
        stored = await bus.get(record)
        try:
            event = Event.from_json(stored.value) if stored is not None else None
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and is ignored", record)
            return False
        if stored is None or event is None or not event.stage_key:
            return False
        sealed = keyring.reseal(event.stage_key)
        if sealed == event.stage_key:
            return False
        with suppress(VersionConflict):
            changed = replace(event, stage_key=sealed)
            await bus.put(record, changed.to_json(), stored.version)
            return True
    return False
