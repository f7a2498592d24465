"""Reads everything that the report of an event is made of."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Entry
from broadcaster.report.captions import SpokenHistory
from broadcaster.report.records import ChannelRecords, EventRecords
from broadcaster.report.samples import Sample, samples_from_json

log = logging.getLogger("broadcaster.desk")

_AT_ONCE = 1_000
"""Entries that are read together."""


async def read_records(bus: Bus, event: Event, spent_usd: Mapping[str, float]) -> EventRecords:
    """The records of an event.

    Args:
        bus: has the streams.
        event: from its record.
        spent_usd: cost by channel, from its record.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    channels = [
        await _channel(bus, event, channel, spent_usd.get(channel, 0.0))
        for channel in event.channel_ids()
    ]
    samples: list[Sample] = []
    async for entries in _pages(bus, keys.samples(event.id)):
        samples += await asyncio.to_thread(_parsed, entries)
    return EventRecords(
        event=event.id,
        title=event.title,
        live_at_ms=event.live_at_ms,
        source_language=event.source_language or "",
        glossary=event.glossary,
        do_not_translate=event.do_not_translate,
        channels=tuple(channels),
        samples=tuple(samples),
    )


async def _channel(bus: Bus, event: Event, channel: str, cost_usd: float) -> ChannelRecords:
    history = SpokenHistory()
    async for entries in _pages(bus, keys.captions(event.id, channel)):
        await asyncio.to_thread(_take, history, entries, event.live_at_ms or 0)
    captions = history.captions()
    return ChannelRecords(channel, captions, history.hidden, cost_usd)


async def _pages(bus: Bus, stream: str) -> AsyncIterator[list[Entry]]:
    after = ""
    while entries := await bus.read(stream, after, _AT_ONCE):
        yield entries
        after = entries[-1].id


def _take(history: SpokenHistory, entries: Sequence[Entry], live_at_ms: int) -> None:
    """Add captions. The first half of an entry's id is the Unix time at which it was stored."""
    for entry in entries:
        try:
            caption = Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            log.exception("a caption cannot be read and is not in the report")
            continue
        history.add(caption, int(entry.id.partition("-")[0]) - live_at_ms)


def _parsed(entries: Sequence[Entry]) -> list[Sample]:
    samples: list[Sample] = []
    for entry in entries:
        try:
            samples += samples_from_json(entry.payload)
        except ValueError:
            log.exception("samples of a status cannot be read and are not in the report")
    return samples
