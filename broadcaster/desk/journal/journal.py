"""Writes and reads the logs of events."""

import logging
import random
from contextlib import suppress

from broadcaster.desk.journal.entries import JournalRecord, Values
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock

log = logging.getLogger("broadcaster.desk")

SYSTEM = "system"
"""The actor of what nobody did: a booth that failed, a speaker who came."""
_ATTEMPTS = 30
_LONGEST_PAUSE_S = 0.02
"""Before another attempt, or the same writer could win every time."""


class Journal:
    """The logs of all events, and the one of the installation, on the bus.

    Args:
        bus: has the records.
        clock: the time.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    async def note(
        self, event_id: str | None, what: str, actor: str = SYSTEM, values: Values | None = None
    ) -> None:
        """Add an entry to a log. If the store does not work, it is missing, and nothing is raised.

        Whoever calls it makes sure that no other process notes the same happening.

        Args:
            event_id: of the event; None for the log of the installation.
            what: stable id of the kind of happening, snake case.
            actor: name of whoever did it.
            values: details; never words that people said, and never secrets.
        """
        name = keys.log_record(event_id)
        try:
            for _ in range(_ATTEMPTS):
                record = await self._bus.get(name)
                before = _parsed(name, record.value) if record is not None else JournalRecord()
                after = before.with_entry(self._clock.now_ms(), what, actor, values or {})
                version = record.version if record is not None else 0
                with suppress(VersionConflict):
                    await self._bus.put(name, after.to_json(), version)
                    return
                await self._clock.sleep(random.uniform(0, _LONGEST_PAUSE_S))  # noqa: S311
            log.warning("%s is missing in %s: others wrote to it all the time", what, name)
        except BusUnavailable as error:
            log.warning("%s is missing in %s: %s", what, name, error.message)

    async def read(self, event_id: str | None) -> JournalRecord:
        """A whole log.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        name = keys.log_record(event_id)
        record = await self._bus.get(name)
        return _parsed(name, record.value) if record is not None else JournalRecord()


def _parsed(name: str, value: bytes) -> JournalRecord:
    try:
        return JournalRecord.from_json(value)
    except ValueError:
        log.exception("%s cannot be read and is written from scratch", name)
        return JournalRecord()
