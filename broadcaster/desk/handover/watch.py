"""Writes the news of events into their streams, in one process of all."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from broadcaster.desk.handover.completeness import captions_complete
from broadcaster.desk.handover.news import AlarmBody, ToldNews, news_of
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.event import Event
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import CaptionOutput, OutputKind
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.desk")

LOOK_EVERY_S = 1.0

KnownEvents = Callable[[], Iterable[Event]]
RaisedAlarms = Callable[[], Mapping[str, Sequence[AlarmBody]]]


class NewsWatch:
    """Follows the events that have a webhook for what happens to them.

    Args:
        bus: has the outputs, the records and the streams.
        clock: the time.
        events: returns all events.
        alarms: returns the alarms that are raised, by event.
        base: beginning of the links in messages; empty if it is not known.
    """

    def __init__(
        self, bus: Bus, clock: Clock, events: KnownEvents, alarms: RaisedAlarms, base: str
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._alarms = alarms
        self._base = base
        self._with_webhook: set[str] = set()
        """Events that have a webhook, or had one."""
        self._told: dict[str, tuple[ToldNews, int]] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        await first_of(
            self._follow_outputs(), self._watch_with_lease(), name="desk: news for webhooks"
        )

    async def _follow_outputs(self) -> None:
        async for _, record in self._bus.watch_all(output_keys.OUTPUT_RECORDS):
            with suppress(ValueError):  # the process that sends it reports it
                output = CaptionOutput.from_json(record.value)
                if output.kind is OutputKind.WEBHOOK and not output.channel:
                    self._with_webhook.add(output.event)

    async def _watch_with_lease(self) -> None:
        while True:
            async with self._bus.lease(output_keys.HAPPENINGS_LEASE) as lease:
                self._told.clear()
                await first_of(self._watch(), lease.lost(), name="desk: news of events")

    async def _watch(self) -> None:
        while True:
            alarms = self._alarms()
            events = [one for one in self._events() if one.id in self._with_webhook]
            for event in events:
                try:
                    await self._look(event, alarms.get(event.id, ()))
                except BusUnavailable as error:
                    log.debug("the news of %s wait: %s", event.id, error.message)
                except VersionConflict:  # another process writes them
                    self._told.pop(event.id, None)
            for gone in self._told.keys() - {event.id for event in events}:
                del self._told[gone]
            await self._clock.sleep(LOOK_EVERY_S)

    async def _look(self, event: Event, alarms: Sequence[AlarmBody]) -> None:
        """Write what is new about one event.

        Raises:
            BusUnavailable: the store does not work; it is written later.
            VersionConflict: another process has written.
        """
        if event.id not in self._told:
            await self._load(event, alarms)
        told, version = self._told[event.id]
        news = news_of(
            told,
            event,
            alarms,
            self._clock.now_ms(),
            complete=told.transcript_due and await captions_complete(self._bus, self._clock, event),
            base=self._base,
        )
        if news != told:
            await self._store(event.id, news, version)
            await self._write_pending(event.id)

    async def _load(self, event: Event, alarms: Sequence[AlarmBody]) -> None:
        record = await self._bus.get(output_keys.told_record(event.id))
        if record is None:
            await self._store(event.id, ToldNews.of(event, alarms), 0)
            return
        try:
            told = ToldNews.from_json(record.value)
        except ValueError:
            log.exception("the news of %s cannot be read and begin now", event.id)
            told = ToldNews.of(event, alarms)
        self._told[event.id] = (told, record.version)
        await self._write_pending(event.id)

    async def _store(self, event_id: str, news: ToldNews, version: int) -> None:
        stored = await self._bus.put(output_keys.told_record(event_id), news.to_json(), version)
        self._told[event_id] = (news, stored)

    async def _write_pending(self, event_id: str) -> None:
        """Write the news into the stream; a process that dies here has them written again."""
        told, version = self._told[event_id]
        if not told.pending:
            return
        for happened in told.pending:
            await self._bus.append(output_keys.happenings(event_id), happened.to_json())
        await self._store(event_id, replace(told, pending=()), version)
