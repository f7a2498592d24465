"""The bus of a single process: live messages in memory, streams and records in SQLite."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from broadcaster.bus.sqlite_store import SqliteStore
from broadcaster.bus.subscription import BoundedSubscription, TopicRouter
from broadcaster.bus.watching import all_states, states
from broadcaster.errors import BusUnavailable
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock, Entry, Lease, Record
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_REREAD_S = 1.0
"""Interval at which followers and watchers read again: a cancelled write is not announced."""
_FOLLOW_BATCH = 500
_RECORDS_TOPIC = "records"
"""Carries the name of every record that is written."""


class _EmbeddedLease:
    """Held until its context ends: no other process can take it."""

    async def lost(self) -> None:
        """Never returns."""
        await asyncio.get_running_loop().create_future()


class EmbeddedBus:
    """`ports.Bus` without a broker; an async context manager.

    Publishing and leases reach this process only, so one file belongs to one serving process.

    Args:
        path: the database file, created with its folder if missing; None keeps all in memory.
        clock: time, also the first half of stream ids; the system's unless it is given.
    """

    def __init__(self, path: Path | None, *, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._open_store: SqliteStore | None = None
        self._closing = AsyncExitStack()
        self._live = TopicRouter()
        self._changes = TopicRouter()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Open the database.

        Raises:
            BusUnavailable: the file cannot be opened, or is not a database.
        """
        self._open_store = await self._closing.enter_async_context(
            SqliteStore.open(self._path, self._clock)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open_store = None
        await self._closing.aclose()

    def publish(self, topic: str, payload: bytes) -> None:
        """See `ports.Bus.publish`."""
        self._live.dispatch(topic, payload)

    @asynccontextmanager
    async def subscribe(self, *topics: str, depth: int = 256) -> AsyncIterator[BoundedSubscription]:
        """See `ports.Bus.subscribe`."""
        with self._live.attach(topics, depth) as subscription:
            yield subscription

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`; retries while the disk is full or fails."""
        backoff = Backoff(sleep=self._clock.sleep)
        while True:
            try:
                entry_id = await self._store.append(stream, payload)
            except BusUnavailable as error:
                _log.warning("cannot append to %s, trying again: %s", stream, error.message)
                await backoff.wait()
            else:
                self._changes.dispatch(_stream_topic(stream), b"")
                return entry_id

    async def read(self, stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        """See `ports.Bus.read`.

        Raises:
            BusUnavailable: the disk fails.
            ValueError: `after_id` is not an id.
        """
        return await self._store.read(stream, after_id, limit)

    async def follow(self, stream: str, after_id: str = "") -> AsyncIterator[Entry]:
        """See `ports.Bus.follow`."""
        backoff = Backoff(sleep=self._clock.sleep)
        with self._changes.attach((_stream_topic(stream),), depth=1) as changed:
            while True:
                try:
                    entries = await self.read(stream, after_id, _FOLLOW_BATCH)
                except BusUnavailable as error:
                    _log.warning("cannot read %s, trying again: %s", stream, error.message)
                    await backoff.wait()
                    continue
                backoff.reset()
                for entry in entries:
                    after_id = entry.id
                    yield entry
                if not entries:
                    await changed.wait(_REREAD_S)

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        """See `ports.Bus.put`."""
        version = await self._store.put(record, value, expected_version)
        self._changes.dispatch(_record_topic(record), b"")
        self._changes.dispatch(_RECORDS_TOPIC, record.encode())
        return version

    async def get(self, record: str) -> Record | None:
        """See `ports.Bus.get`."""
        return await self._store.get(record)

    async def watch(self, record: str) -> AsyncIterator[Record]:
        """See `ports.Bus.watch`."""
        with self._changes.attach((_record_topic(record),), depth=1) as changed:
            async with aclosing(states(record, self.get, changed, _REREAD_S, self._clock)) as found:
                async for state in found:
                    yield state

    async def watch_all(self, prefix: str) -> AsyncIterator[tuple[str, Record]]:
        """See `ports.Bus.watch_all`."""
        with self._changes.attach((_RECORDS_TOPIC,), depth=_FOLLOW_BATCH) as written:
            async with aclosing(
                all_states(prefix, self.records, self.get, written, self._clock)
            ) as found:
                async for named in found:
                    yield named

    async def records(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`."""
        return await self._store.names(prefix)

    async def erase_replaced(self) -> None:
        """See `ports.Bus.erase_replaced`; writes the whole file again."""
        await self._store.erase_replaced()

    def lease(self, name: str, ttl_ms: int = 5000) -> AbstractAsyncContextManager[Lease]:  # noqa: ARG002 - leases end with their process, so they need no time to live
        """See `ports.Bus.lease`; waiting holders are served in order."""
        return self._lease(name)

    async def ping(self) -> None:
        """See `ports.Bus.ping`."""
        await self._store.ping()

    @asynccontextmanager
    async def _lease(self, name: str) -> AsyncIterator[Lease]:
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield _EmbeddedLease()

    @property
    def _store(self) -> SqliteStore:
        if self._open_store is None:
            raise RuntimeError("the bus is closed")
        return self._open_store


def _stream_topic(stream: str) -> str:
    return f"stream {stream}"


def _record_topic(record: str) -> str:
    return f"record {record}"
