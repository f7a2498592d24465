"""Streams of the embedded bus: the newest entries in memory, all of them in the database."""

import asyncio
import logging
from weakref import WeakValueDictionary

from broadcaster.bus.sqlite_store import SqliteStore
from broadcaster.bus.store_health import StoreHealth
from broadcaster.bus.stream_tail import (
    LARGEST_POSITION,
    StreamTail,
    first_position,
    id_of,
    position_of,
)
from broadcaster.bus.write_queue import WriteQueue
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock, Entry

_log = logging.getLogger(__name__)

MOST_TAILS = 256
"""Streams with entries in memory; beyond it those that were written longest ago are dropped."""


class EmbeddedStreams:
    """Entries reach readers even when the database does not take them.

    Args:
        store: the database.
        writes: passes entries to it.
        clock: its Unix time is the first half of stream ids.
        health: learns of failures.
    """

    def __init__(
        self, store: SqliteStore, writes: WriteQueue, clock: Clock, health: StoreHealth
    ) -> None:
        self._store = store
        self._writes = writes
        self._clock = clock
        self._health = health
        self._tails: dict[str, StreamTail] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`."""
        tail = await self._tail(stream)
        position = tail.add(self._clock.now_ms(), payload)
        await self._writes.write_entry(tail, position, payload)
        return id_of(position)

    async def read(self, stream: str, after_id: str, limit: int) -> list[Entry]:
        """See `ports.Bus.read`.

        While the database cannot be read, the entries that memory has are all there are.

        Raises:
            BusUnavailable: memory has none either.
        """
        after = position_of(after_id)
        tail = self._tails.get(stream)
        if tail is not None and after >= tail.floor:
            return tail.read(after, limit)
        floor = LARGEST_POSITION if tail is None else tail.floor
        try:
            rows = await self._store.read(stream, after, floor, limit)
        except BusUnavailable as error:
            self._health.fails(error)
            if tail is None:
                raise
            _log.warning("the past of %s cannot be read: %s", stream, error.message)
            return tail.read(after, limit)
        entries = [Entry(id_of(position), payload) for position, payload in rows]
        if tail is not None and tail.floor == floor:
            entries += tail.read(after, limit - len(entries))
        return entries

    async def _tail(self, stream: str) -> StreamTail:
        """The tail of a stream; the first one that writes to the stream makes it."""
        async with self._locks.setdefault(stream, asyncio.Lock()):
            tail = self._tails.pop(stream, None) or await self._made(stream)
            self._tails[stream] = tail
        if len(self._tails) > MOST_TAILS:
            idle = next((name for name, one in self._tails.items() if not one.unstored), None)
            if idle is not None and idle != stream:
                del self._tails[idle]
        return tail

    async def _made(self, stream: str) -> StreamTail:
        try:
            return StreamTail(stream, await self._store.last_position(stream))
        except BusUnavailable as error:
            self._health.fails(error)
            return StreamTail(stream, first_position(self._clock.now_ms()) - 1)
