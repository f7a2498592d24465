"""Writes on their way to the database; kept in memory while it does not take them."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from broadcaster.bus.sqlite_store import SqliteStore
from broadcaster.bus.store_health import StoreHealth
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock, Record
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""A caller waits this long for its write; then the write goes on without it."""
MOST_ENTRIES = 200_000
"""Entries kept while the database fails, hours of captions in many languages. Beyond it the oldest
are given up; readers have seen them. Records are few, and a newer version replaces one that waits.
"""
CLOSE_S = 3.0
"""Time for the last writes at the end."""


@dataclass(eq=False, slots=True)
class _EntryWrite:
    stream: str
    position: int
    payload: bytes
    stored: Callable[[], None]
    settled: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class _RecordWrite:
    record: Record
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class WriteQueue:
    """Passes writes to the store in order, and tries again until it takes them.

    Args:
        store: the database.
        clock: time of the pauses between attempts.
        health: learns of failures.

    Attributes:
        failing: whether the store refused a write, or took too long; until nothing waits any more.
        lost: writes that were given up.
    """

    def __init__(self, store: SqliteStore, clock: Clock, health: StoreHealth) -> None:
        self.failing = False
        self.lost = 0
        self._store = store
        self._clock = clock
        self._health = health
        self._entries: deque[_EntryWrite] = deque()
        self._records: dict[str, _RecordWrite] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._entries) + len(self._records)

    async def write_entry(
        self, stream: str, position: int, payload: bytes, stored: Callable[[], None]
    ) -> None:
        """Store an entry.

        Args:
            stream: its stream.
            position: its place there.
            payload: what it holds.
            stored: called when it is stored or given up, in the order of the entries.

        Returns:
            When it is stored, at once while the store fails, or after `PATIENCE_S`.
        """
        write = _EntryWrite(stream, position, payload, stored)
        self._entries.append(write)
        if len(self._entries) > MOST_ENTRIES:
            self._give_up_oldest()
        await self._settle(write.settled)

    async def write_record(self, name: str, record: Record) -> None:
        """Store a record; returns as `write_entry` does."""
        replaced = self._records.pop(name, None)
        if replaced is not None:
            replaced.settled.set()
        write = self._records[name] = _RecordWrite(record)
        await self._settle(write.settled)

    def give_up(self, records: Iterable[str], streams: str) -> None:
        """Forget the writes of these records, and of the streams whose names start so."""
        for name in records:
            if (change := self._records.pop(name, None)) is not None:
                change.settled.set()
        kept = deque(one for one in self._entries if not one.stream.startswith(streams))
        for entry in self._entries:
            if entry.stream.startswith(streams):
                entry.stored()
                entry.settled.set()
        self._entries = kept

    async def close(self) -> None:
        """Store what is waiting, if the database takes it within `CLOSE_S`."""
        if self._task is None:
            return
        await asyncio.wait([self._task], timeout=CLOSE_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self:
            _log.error("writes that the database did not take before the end: %d", len(self))

    async def _settle(self, settled: asyncio.Event) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store_all(), name="bus: store")
        if self.failing:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await settled.wait()
        except TimeoutError:
            self.failing = True  # so that the next callers do not wait at all

    async def _store_all(self) -> None:
        """Store until nothing waits."""
        backoff = Backoff(sleep=self._clock.sleep)
        while self:
            try:
                await self._store_next()
            except BusUnavailable as error:
                self._health.fails(error)
                self.failing = True
                self._release()
                await backoff.wait()
            else:
                backoff.reset()
        self.failing = False

    def _release(self) -> None:
        """Let callers go on whose write is not stored."""
        for change in self._records.values():
            change.settled.set()
        for entry in self._entries:
            entry.settled.set()

    async def _store_next(self) -> None:
        """Store a record, or else the oldest entry.

        Raises:
            BusUnavailable: the database does not take it; it goes on waiting.
        """
        if self._records:
            name, change = next(iter(self._records.items()))
            await self._store.put(name, change.record)
            if self._records.get(name) is change:
                del self._records[name]
            change.settled.set()
            return
        entry = self._entries[0]
        await self._store.append(entry.stream, entry.position, entry.payload)
        if self._entries and self._entries[0] is entry:  # it was not given up while it was stored
            self._entries.popleft()
            entry.stored()
        entry.settled.set()

    def _give_up_oldest(self) -> None:
        oldest = self._entries.popleft()
        oldest.stored()
        oldest.settled.set()
        if not self.lost:
            _log.error("the store has failed for too long: the oldest captions are not kept")
        self.lost += 1
