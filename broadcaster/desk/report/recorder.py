"""Stores a sample of each live event's status every second, in one process of all."""

import logging
from collections.abc import Callable, Iterable, Mapping

from broadcaster.desk.board import Board
from broadcaster.model import keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.report.samples import (
    SAMPLE_EVERY_S,
    SAMPLES_IN_ENTRY,
    Sample,
    sample_of,
    samples_to_json,
)
from broadcaster.system.tasks import first_of, in_turns

log = logging.getLogger("broadcaster.desk")

_SAMPLED_AT_ONCE = 50
"""Events that are sampled before other tasks run."""

OpenEvents = Callable[[], Iterable[tuple[Event, Mapping[str, float]]]]
"""The events that are not over, each with its cost by channel."""


class StatusRecorder:
    """Samples the events that are live.

    Args:
        bus: takes the samples, and has the lease.
        clock: the time.
        board: has the status of events.
        open_events: returns the events that are not over.
    """

    def __init__(self, bus: Bus, clock: Clock, board: Board, open_events: OpenEvents) -> None:
        self._bus = bus
        self._clock = clock
        self._board = board
        self._open_events = open_events
        self._unstored: dict[str, list[Sample]] = {}
        """By event, at most `SAMPLES_IN_ENTRY` each."""

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            async with self._bus.lease(keys.SAMPLES_LEASE) as lease:
                self._unstored.clear()
                await first_of(self._sample_regularly(), lease.lost(), name="desk: samples")

    async def _sample_regularly(self) -> None:
        while True:
            live: set[str] = set()
            async for event, spent_usd in in_turns(list(self._open_events()), _SAMPLED_AT_ONCE):
                if event.state is EventState.LIVE and not event.is_hidden:
                    live.add(event.id)
                    await self._sample(event, spent_usd)
            for ended in self._unstored.keys() - live:
                await self._store(ended)
            await self._clock.sleep(SAMPLE_EVERY_S)

    async def _sample(self, event: Event, spent_usd: Mapping[str, float]) -> None:
        status = self._board.event_status(event, spent_usd)
        samples = self._unstored.setdefault(event.id, [])
        samples.append(sample_of(status, self._clock.now_ms()))
        if len(samples) == SAMPLES_IN_ENTRY:
            await self._store(event.id)

    async def _store(self, event_id: str) -> None:
        """Append what waits to the stream; the bus tries until the store takes it."""
        samples = self._unstored.pop(event_id)
        await self._bus.append(keys.samples(event_id), samples_to_json(samples))
