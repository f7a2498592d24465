"""Keeps the progress of one output in the store."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from broadcaster.errors import BusUnavailable
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import (
    MOST_DEAD,
    TEST,
    DeadLetter,
    OutputProgress,
    OutputState,
)
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.outputs")


class ProgressRecord:
    """The progress of one output; only the process with its lease writes it.

    Args:
        bus: has the record.
        clock: the time.
        output: whose progress it is.
        stream: that it follows.

    Attributes:
        now: the newest progress.
    """

    def __init__(self, bus: Bus, clock: Clock, output: CaptionOutput, stream: str) -> None:
        self._bus = bus
        self._clock = clock
        self._output = output
        self._stream = stream
        self._name = output_keys.output_progress_record(output.event, output.id)
        self.now = OutputProgress(after=output.after, target=output.target, again=output.again)

    async def load(self) -> None:
        """Read what an earlier process has left; waits while the store does not work."""
        record = await self._stored()
        try:
            stored = OutputProgress.from_json(record.value) if record is not None else None
        except ValueError:
            log.exception("%s cannot be read: the output begins with the next caption", self._name)
            stored = OutputProgress(after=await self.newest_id())
        if stored is None:
            await self.change(since_ms=self._clock.now_ms())
            return
        self.now = stored
        if stored.target != self._output.target:
            # Another address counts from the beginning, and has nothing of what was on its way.
            await self.change(
                state=OutputState.WAITING,
                reason="",
                values={},
                since_ms=self._clock.now_ms(),
                target=self._output.target,
                number=0,
                sending="",
            )

    async def _stored(self) -> Record | None:
        backoff = Backoff(sleep=self._clock.sleep)
        while True:
            try:
                return await self._bus.get(self._name)
            except BusUnavailable as error:
                log.warning("an output waits for the store: %s", error.message)
                await backoff.wait()

    async def newest_id(self) -> str:
        """The id of the newest entry of the stream."""
        try:
            newest = await self._bus.latest(self._stream, 1)
        except BusUnavailable:
            return self._output.after
        return newest[-1].id if newest else self._output.after

    async def change(self, **fields: Any) -> None:
        """Change some fields and store all.

        A store that does not work stops no caption: what it does not take is stored with the next
        change.
        """
        self.now = replace(self.now, **fields)
        try:
            await self._bus.put(self._name, self.now.to_json())
        except BusUnavailable as error:
            log.warning("the progress of an output is not stored: %s", error.message)

    async def begin(self, entry_id: str) -> None:
        """Note that a text is on its way, before it is.

        Args:
            entry_id: of its caption, or `TEST`.
        """
        await self.change(sending=entry_id)

    async def arrived(self, entry_id: str, *, number: int) -> None:
        """Note that a text has arrived."""
        now, now_ms = self.now, self._clock.now_ms()
        await self.change(
            state=OutputState.SENDING,
            reason="",
            values={},
            since_ms=now.since_ms if now.state is OutputState.SENDING else now_ms,
            after=now.after if entry_id == TEST else entry_id,
            number=number,
            sending="",
            sent=now.sent + 1,
            sent_at_ms=now_ms,
        )

    async def shown(self) -> None:
        """Note that a screen shows the newest text."""
        now, now_ms = self.now, self._clock.now_ms()
        await self.change(
            state=OutputState.SENDING,
            reason="",
            values={},
            since_ms=now.since_ms if now.state is OutputState.SENDING else now_ms,
            sent_at_ms=now_ms,
        )

    async def failed(
        self, state: OutputState, reason: str, values: Mapping[str, str | int]
    ) -> None:
        """Note what is wrong, if it is something new."""
        if (self.now.state, self.now.reason, self.now.values) != (state, reason, values):
            since_ms = self._clock.now_ms() if self.now.state is not state else self.now.since_ms
            await self.change(state=state, reason=reason, values=values, since_ms=since_ms)

    async def gave_up(self, entry_id: str, dead: DeadLetter | None = None) -> None:
        """Note that a text will not be sent any more.

        Perhaps it has arrived nevertheless, so no other text may have its number.

        Args:
            entry_id: of its entry, or `TEST`.
            dead: the text, if it can be sent again.
        """
        now = self.now
        kept = (*now.dead, dead)[-MOST_DEAD:] if dead is not None else now.dead
        await self.change(
            sending="",
            number=now.number + 1 if now.sending == entry_id else now.number,
            missed=now.missed if entry_id == TEST or dead is not None else now.missed + 1,
            dead=kept,
            after=now.after if entry_id == TEST else entry_id,
        )
