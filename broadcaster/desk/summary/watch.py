"""Has a summary made of each closed event whose organizer wants one."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from broadcaster.desk.handover.completeness import captions_complete
from broadcaster.desk.summary.chat import ChatService
from broadcaster.desk.summary.problems import SummaryFailed, SummaryProblem
from broadcaster.desk.transcript.reading import read_captions
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.transcripts.summary import (
    SUMMARIES_LEASE,
    SUMMARY_RECORDS,
    Summary,
    summary_record,
)
from broadcaster.system.tasks import first_of
from broadcaster.transcripts.files import text_file

log = logging.getLogger("broadcaster.desk")

LOOK_EVERY_S = 1.0
LONGEST_TRANSCRIPT = 1_000_000
"""Characters: more than a day of speech."""
AT_ONCE = 4
"""Summaries that are made at the same time, so that one that hangs delays no other event."""
DEADLINE_S = 900.0
"""Of a summary with all attempts."""


class SummaryWatch:
    """Looks after the summaries of all events, some at a time, in one process of all.

    Args:
        bus: has the records and the captions.
        clock: the time.
        events: returns all events.
        service: writes them; None for none.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        events: Callable[[], Iterable[Event]],
        service: ChatService | None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._service = service
        self._wanted: set[str] = set()
        """Events with a record."""
        self._making: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look until cancelled; without a service there is nothing to do."""
        if self._service is None:
            await asyncio.get_running_loop().create_future()
        await first_of(self._follow(), self._watch_with_lease(), name="desk: summaries")

    async def _follow(self) -> None:
        async for name, _ in self._bus.watch_all(SUMMARY_RECORDS):
            self._wanted.add(name.removeprefix(SUMMARY_RECORDS))

    async def _watch_with_lease(self) -> None:
        while True:
            async with self._bus.lease(SUMMARIES_LEASE) as lease:
                await first_of(self._watch(), lease.lost(), name="desk: summaries of events")

    async def _watch(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                for event in list(self._events()):
                    if len(self._making) >= AT_ONCE:
                        break
                    if event.id in self._wanted and event.is_over and event.id not in self._making:
                        await self._look(event, tasks)
                await self._clock.sleep(LOOK_EVERY_S)

    async def _look(self, event: Event, tasks: asyncio.TaskGroup) -> None:
        """Have the summary of an event made if it is due."""
        try:
            record = await self._bus.get(summary_record(event.id))
            if record is None:
                self._wanted.discard(event.id)
                return
            summary = Summary.from_json(record.value)
            if not summary.due(event) or not await captions_complete(self._bus, self._clock, event):
                return
        except BusUnavailable as error:
            log.debug("the summary of %s waits: %s", event.id, error.message)
            return
        except ValueError:
            log.exception("the summary of %s cannot be read", event.id)
            self._wanted.discard(event.id)
            return
        task = tasks.create_task(
            self._make(event, summary, record.version), name=f"desk: summary of {event.id}"
        )
        self._making[event.id] = task
        task.add_done_callback(lambda _: self._making.pop(event.id))

    async def _make(self, event: Event, summary: Summary, version: int) -> None:
        try:
            made = await self._made(event, summary)
            await self._bus.put(summary_record(event.id), made.to_json(), version)
        except BusUnavailable as error:
            log.debug("the summary of %s waits: %s", event.id, error.message)
        except VersionConflict:
            log.debug("the summary of %s was ordered again while it was made", event.id)

    async def _made(self, event: Event, summary: Summary) -> Summary:
        assert self._service is not None
        done = replace(summary, done=summary.order(event), problem="")
        try:
            async with asyncio.timeout(DEADLINE_S):
                text = await self._service.answer(
                    summary.prompt, await self._transcript(event, summary.channel)
                )
        except (SummaryFailed, TimeoutError) as failed:
            problem = (
                failed.problem if isinstance(failed, SummaryFailed) else SummaryProblem.TIMED_OUT
            )
            log.warning("the summary of %s failed: %s", event.id, problem)
            return replace(done, problem=problem)
        log.info("the summary of %s was made", event.id)
        now_ms = self._clock.now_ms()
        return replace(done, text=text, model=self._service.model, made_at_ms=now_ms)

    async def _transcript(self, event: Event, channel: str) -> str:
        """The text of a channel.

        Raises:
            SummaryFailed: nothing was said, or too much for any service.
        """
        captions = await read_captions(self._bus, event.id, channel)
        if not captions:
            raise SummaryFailed(SummaryProblem.NO_TEXT)
        text = await asyncio.to_thread(text_file, captions, event.title, channel, channel, "")
        if len(text) > LONGEST_TRANSCRIPT:
            raise SummaryFailed(SummaryProblem.TRANSCRIPT_TOO_LONG)
        return text
