"""The bus of a single process: live messages in memory, streams and records in SQLite.

What SQLite cannot store, because its disk is full, locked or broken, is delivered all the same. It
waits in memory until it can be stored.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from broadcaster.bus.embedded_records import EmbeddedRecords
from broadcaster.bus.embedded_streams import EmbeddedStreams
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.bus.retained.messages import RetainedMessages
from broadcaster.bus.sqlite_faults import StoreDamaged, StoreUnusable
from broadcaster.bus.sqlite_probe import SqliteProbe
from broadcaster.bus.sqlite_store import SqliteStore
from broadcaster.bus.store_health import StoreHealth
from broadcaster.bus.subscription import BoundedSubscription, TopicRouter
from broadcaster.bus.watching import all_states, states
from broadcaster.bus.write_queue import WriteQueue
from broadcaster.errors import BusUnavailable
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock, Entry, Lease, Record, Retained
from broadcaster.model.store import StoreStatus
from broadcaster.system.backoff import Backoff

_REREAD_S = 1.0
"""Interval at which followers and watchers read again, in case they read before the newest entry
was there."""
_FOLLOW_BATCH = 500
_DELIVERED = "Until then captions are shown live, and changes count, but only in memory."
_RECORDS_TOPIC = "records"
"""Carries the name of every record that is written."""


class _EmbeddedLease:
    """Held until its context ends: no other process can take it."""

    async def lost(self) -> None:
        """Never returns."""
        await asyncio.get_running_loop().create_future()


class _Parts:
    """The parts that exist while the bus is open."""

    def __init__(
        self,
        store: SqliteStore,
        known: dict[str, Record],
        path: Path | None,
        clock: Clock,
        health: StoreHealth,
    ) -> None:
        self.store = store
        self.writes = WriteQueue(store, clock, health)
        self.streams = EmbeddedStreams(store, self.writes, clock, health)
        self.records = EmbeddedRecords(known, self.writes)
        self.probe = SqliteProbe(path) if path is not None else None


class EmbeddedBus:
    """`ports.Bus` without a broker; an async context manager.

    Publishing, leases and records reach this process only, so one file belongs to one serving
    process: `bus.open_bus` sees to that.

    Args:
        path: the database file, created with its folder if missing; None keeps all in memory.
        clock: time, also the first half of stream ids; the system's unless it is given.
        kept: keeps what is retained for the next process.
    """

    def __init__(
        self, path: Path | None, *, clock: Clock | None = None, kept: RetainedFiles | None = None
    ) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._health = StoreHealth(self._clock)
        self._open_parts: _Parts | None = None
        self._closing = AsyncExitStack()
        self._live = TopicRouter()
        self._changes = TopicRouter()
        self._retained = RetainedMessages(self._clock)
        self._kept = kept
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Open the database and check it. A full or locked disk is no obstacle.

        Raises:
            StoreUnusable: the file is damaged, cannot be opened for writing, or is too new.
            BusUnavailable: it cannot be read.
        """
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(SqliteStore.open(self._path))
            parts = _Parts(store, await store.records(), self._path, self._clock, self._health)
            stack.push_async_callback(parts.writes.close)
            if parts.probe is not None:
                stack.push_async_callback(parts.probe.close)
            self._open_parts = parts
            if self._kept is not None:
                for topic, message in await stack.enter_async_context(self._kept.keeping()):
                    self._retained.add(topic, message)
            try:
                await self.probe()
            except StoreUnusable:
                self._open_parts = None
                raise
            except BusUnavailable:
                pass  # the health has it, and what cannot be stored is delivered
            self._closing = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._closing.__aexit__(kind, error, trace)
        finally:
            self._open_parts = None

    @property
    def shared(self) -> bool:
        """See `ports.Bus.shared`."""
        return False

    @property
    def resumable(self) -> bool:
        """See `ports.Bus.resumable`."""
        return self._kept is not None and self._kept.works

    def publish(self, topic: str, payload: bytes) -> None:
        """See `ports.Bus.publish`."""
        self._live.dispatch(topic, payload)

    @asynccontextmanager
    async def subscribe(self, *topics: str, depth: int = 256) -> AsyncIterator[BoundedSubscription]:
        """See `ports.Bus.subscribe`."""
        with self._live.attach(topics, depth) as subscription:
            yield subscription

    def retain(self, topic: str, message: Retained) -> None:
        """See `ports.Bus.retain`."""
        self._retained.add(topic, message)
        if self._kept is not None:
            self._kept.add(topic, message)

    def forget_retained(self, topic: str) -> None:
        """See `ports.Bus.forget_retained`."""
        self._retained.forget(topic)
        if self._kept is not None:
            self._kept.forget(topic)

    def leave_retained(self, topic: str) -> None:
        """See `ports.Bus.leave_retained`."""
        if self._kept is not None:
            self._kept.leave(topic)

    async def retained(self, topic: str, position: int, limit: int = 50) -> list[Retained]:
        """See `ports.Bus.retained`."""
        return self._retained.read(topic, position, limit)

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`; never waits long, see `write_queue`."""
        try:
            return await self._parts.streams.append(stream, payload)
        finally:
            self._changes.dispatch(_stream_topic(stream), b"")

    async def read(self, stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        """See `ports.Bus.read`.

        While the database cannot be read, the entries that memory has are all there are.

        Raises:
            BusUnavailable: the database cannot be read, and memory has nothing of this stream.
            ValueError: `after_id` is not an id.
        """
        return await self._parts.streams.read(stream, after_id, limit)

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        """See `ports.Bus.latest`."""
        return await self._parts.streams.latest(stream, limit)

    async def follow(self, stream: str, after_id: str = "") -> AsyncIterator[Entry]:
        """See `ports.Bus.follow`."""
        backoff = Backoff(sleep=self._clock.sleep)
        with self._changes.attach((_stream_topic(stream),), depth=1) as changed:
            while True:
                try:
                    entries = await self.read(stream, after_id, _FOLLOW_BATCH)
                except BusUnavailable:  # the log has it from the health
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
        try:
            return await self._parts.records.put(record, value, expected_version)
        finally:
            self._changes.dispatch(_record_topic(record), b"")
            self._changes.dispatch(_RECORDS_TOPIC, record.encode())

    async def get(self, record: str) -> Record | None:
        """See `ports.Bus.get`."""
        return self._parts.records.get(record)

    async def watch(self, record: str) -> AsyncIterator[Record]:
        """See `ports.Bus.watch`."""
        with self._changes.attach((_record_topic(record),), depth=1) as changed:
            async with aclosing(states(record, self.get, changed, _REREAD_S, self._clock)) as found:
                async for state in found:
                    yield state

    async def watch_all(
        self, prefix: str, caught_up: asyncio.Event | None = None
    ) -> AsyncIterator[tuple[str, Record]]:
        """See `ports.Bus.watch_all`."""
        with self._changes.attach((_RECORDS_TOPIC,), depth=_FOLLOW_BATCH) as written:
            async with aclosing(
                all_states(prefix, self.records, self.get, written, self._clock, caught_up)
            ) as found:
                async for named in found:
                    yield named

    async def records(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`."""
        return self._parts.records.names(prefix)

    async def erase(self, *, records: Collection[str], streams: str, retained: str) -> None:
        """See `ports.Bus.erase`; SQLite writes zeros over what it removes."""
        self.forget_retained(retained)
        parts = self._parts
        parts.writes.give_up(records, streams)
        await parts.store.erase(records, streams)
        parts.records.forget(records)
        parts.streams.forget(streams)

    async def erase_replaced(self) -> None:
        """See `ports.Bus.erase_replaced`; writes the whole file again."""
        await self._parts.store.erase_replaced()

    def lease(self, name: str, ttl_ms: int = 5000) -> AbstractAsyncContextManager[Lease]:  # noqa: ARG002 - leases end with their process, so they need no time to live
        """See `ports.Bus.lease`; waiting holders are served in order."""
        return self._lease(name)

    async def probe(self) -> None:
        """See `ports.Bus.probe`."""
        parts = self._parts
        try:
            if parts.probe is not None:
                suspect = isinstance(self._health.fault, StoreDamaged)
                await parts.probe.run(suspect=suspect)
            await parts.store.write_and_read()
        except BusUnavailable as error:
            self._health.fails(error)
            raise
        if not parts.writes.failing:
            self._health.works()

    def store_status(self) -> StoreStatus:
        """See `ports.Bus.store_status`."""
        parts = self._parts
        status = self._health.status(
            waiting=len(parts.writes),
            lost=parts.writes.lost,
            free_bytes=parts.probe.free_bytes if parts.probe is not None else None,
        )
        return status if status.ready else replace(status, hint=f"{status.hint} {_DELIVERED}")

    @asynccontextmanager
    async def _lease(self, name: str) -> AsyncIterator[Lease]:
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield _EmbeddedLease()

    @property
    def _parts(self) -> _Parts:
        if self._open_parts is None:
            raise RuntimeError("the bus is closed")
        return self._open_parts


def _stream_topic(stream: str) -> str:
    return f"stream {stream}"


def _record_topic(record: str) -> str:
    return f"record {record}"
