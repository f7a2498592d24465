"""Writes the record of an event's speakers, by which captions are named."""

import asyncio
import logging

from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.floor")


class SpeakerLog:
    """The record of one event, written by the process that has its floor.

    Args:
        bus: where the record is.
        clock: time of the pauses while it cannot be written.
        event: id of the event.
    """

    def __init__(self, bus: Bus, clock: Clock, event: str) -> None:
        self._bus = bus
        self._clock = clock
        self._record = keys.speakers_record(event)
        self._turns = SpeakerTurns()
        self._changed = asyncio.Event()

    def note(self, start_ms: int, name: str) -> None:
        """Note who speaks from a time of the event's clock on; never waits.

        Args:
            start_ms: event clock.
            name: of the microphone; empty for one without a name.
        """
        turns = self._turns.followed_by(start_ms, name)
        if turns is not self._turns:
            self._turns = turns
            self._changed.set()

    async def run(self) -> None:
        """Go on with what an earlier process has written, and write what is noted, for ever.

        While the store is down the newest turns wait here.
        """
        backoff = Backoff(sleep=self._clock.sleep)
        known = False
        while True:
            try:
                if not known:
                    await self._read()
                    known = True
                await self._changed.wait()
                self._changed.clear()
                await self._bus.put(self._record, self._turns.to_json())
            except BusUnavailable as error:
                self._changed.set()
                log.warning("the names of the speakers wait for the bus: %s", error.message)
                await backoff.wait()
            else:
                backoff.reset()

    async def _read(self) -> None:
        record = await self._bus.get(self._record)
        if record is None:
            return
        try:
            before = SpeakerTurns.from_json(record.value)
        except ValueError:
            log.exception("%s cannot be read and is written from its beginning", self._record)
            return
        noted = self._turns.turns
        self._turns = before
        for turn in noted:
            self.note(turn.start_ms, turn.name)
