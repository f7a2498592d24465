"""Streams of the embedded bus: the newest entries in memory, all of them in the database.

The database knows an entry by its position, a 63-bit integer with the order of stream ids.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from contextlib import suppress
from weakref import WeakValueDictionary

from broadcaster.bus.sqlite_store import SqliteStore
from broadcaster.bus.store_health import StoreHealth
from broadcaster.bus.stream_ids import parse_id
from broadcaster.bus.write_queue import PATIENCE_S, WriteQueue
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock, Entry

MOST_TAILS = 256
"""Streams with entries in memory; beyond it those that were written longest ago are dropped."""
KEPT_ENTRIES = 500
"""Stored entries that stay in memory, minutes of captions. A reader that is this close to the
newest entry needs no database."""

_NUMBER_BITS = 20
_LARGEST_NUMBER = (1 << _NUMBER_BITS) - 1
_LARGEST_MS = (1 << (63 - _NUMBER_BITS)) - 1
_LARGEST_POSITION = (1 << 63) - 1


def _id(position: int) -> str:
    """The stream id of a position."""
    return f"{position >> _NUMBER_BITS}-{position & _LARGEST_NUMBER}"


def _position(after_id: str) -> int:
    """An id as a 63-bit integer of SQLite, in the same order.

    Raises:
        ValueError: it is not an id.
    """
    ms, number = parse_id(after_id)
    return min(ms, _LARGEST_MS) << _NUMBER_BITS | min(number, _LARGEST_NUMBER)


def _first_position(now_ms: int) -> int:
    """The first position of a millisecond of Unix time."""
    return now_ms << _NUMBER_BITS


class StreamTail:
    """The newest entries of one stream: the last `KEPT_ENTRIES`, and all that are not stored yet.

    Args:
        floor: position of the newest entry that is stored and not here.

    Attributes:
        floor: every entry after this position is here.
        unstored: entries that the database has not taken yet, always the newest.
    """

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.unstored = 0
        self._positions: deque[int] = deque()
        self._payloads: deque[bytes] = deque()

    def add(self, now_ms: int, payload: bytes) -> int:
        """Add an entry, which is not stored yet, and return its position."""
        newest = self._positions[-1] if self._positions else self.floor
        position = max(_first_position(now_ms), newest + 1)
        self._positions.append(position)
        self._payloads.append(payload)
        self.unstored += 1
        self._trim()
        return position

    def stored(self) -> None:
        """The oldest entry that was not stored is stored, or given up."""
        self.unstored -= 1
        self._trim()

    def read(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries after a position, oldest first."""
        first = bisect_right(self._positions, after)
        last = min(first + limit, len(self._positions))
        return [self._entry(index) for index in range(first, last)]

    def latest(self, limit: int) -> list[Entry]:
        """The newest entries, at most `limit`, oldest first."""
        count = len(self._positions)
        return [self._entry(index) for index in range(max(0, count - limit), count)]

    def _entry(self, index: int) -> Entry:
        return Entry(_id(self._positions[index]), self._payloads[index])

    def _trim(self) -> None:
        while len(self._positions) > max(KEPT_ENTRIES, self.unstored):
            self.floor = self._positions.popleft()
            self._payloads.popleft()


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
        await self._writes.write_entry(stream, position, payload, tail.stored)
        return _id(position)

    async def read(self, stream: str, after_id: str, limit: int) -> list[Entry]:
        """See `ports.Bus.read`.

        While the database cannot be read, the entries that memory has are all there are.

        Raises:
            BusUnavailable: memory has none either.
        """
        after = _position(after_id)
        tail = self._tails.get(stream)
        if tail is not None and after >= tail.floor:
            return tail.read(after, limit)
        floor = _LARGEST_POSITION if tail is None else tail.floor
        try:
            rows = await self._store.read(stream, after, floor, limit)
        except BusUnavailable as error:
            self._health.fails(error)
            if tail is None:
                raise
            return tail.read(after, limit)
        entries = [Entry(_id(position), payload) for position, payload in rows]
        if tail is not None and tail.floor == floor:
            entries += tail.read(after, limit - len(entries))
        return entries

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        """See `ports.Bus.latest`; while the database cannot be read, those that memory has.

        Raises:
            BusUnavailable: memory has none either.
        """
        tail = self._tails.get(stream)
        newest, floor = (tail.latest(limit), tail.floor) if tail else ([], _LARGEST_POSITION)
        if len(newest) == limit:
            return newest
        try:
            rows = await self._store.latest(stream, floor, limit - len(newest))
        except BusUnavailable as error:
            self._health.fails(error)
            if tail is None:
                raise
            return newest
        return [Entry(_id(position), payload) for position, payload in rows] + newest

    def forget(self, prefix: str) -> None:
        """Remove the entries in memory of all streams whose names start with `prefix`."""
        for stream in [one for one in self._tails if one.startswith(prefix)]:
            del self._tails[stream]

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
        """A tail that begins after the stored entries, or now if the database does not say."""
        with suppress(TimeoutError):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return StreamTail(await self._store.last_position(stream))
            except BusUnavailable as error:
                self._health.fails(error)
        return StreamTail(_first_position(self._clock.now_ms()) - 1)
