"""The bus over Redis, for stages in several processes or on several machines.

Needs Redis 5 or later (streams). Switch on `appendonly` there, or a restarted Redis has forgotten
streams and records.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self

from broadcaster.bus.redis.connection import Redis, Timing
from broadcaster.bus.redis.lease import RedisLease
from broadcaster.bus.redis.publisher import Publisher
from broadcaster.bus.redis.records import Records
from broadcaster.bus.redis.refused import RefusedEntries
from broadcaster.bus.redis.retainer import Retainer
from broadcaster.bus.redis.streams import Streams
from broadcaster.bus.redis.subscriber import Subscriber
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock, Entry, Lease, Record, Retained, Subscription
from broadcaster.model.store import StoreStatus

_PROBE_LIFE_MS = 60_000
"""The key of a process that has ended goes by itself."""


class RedisBus:
    """`ports.Bus` over Redis; an async context manager, to be used on the loop it is entered on.

    Entering does not wait for Redis. Its loops run in a task group: an unexpected error in
    one of them cancels the body of the context instead of leaving a bus that delivers nothing.

    Args:
        url: `redis://[[user]:password@]host[:port][/database]`, `rediss://…` or `unix://path`.
        timing: timeouts and intervals.
        clock: time; the system's unless it is given.

    Raises:
        BusUnavailable: `url` is not a Redis URL.
    """

    def __init__(
        self, url: str, *, timing: Timing | None = None, clock: Clock | None = None
    ) -> None:
        self._redis = Redis(url, timing or Timing(), clock or SystemClock())
        self._probe_key = f"{self._redis.prefix}probe:{secrets.token_hex(4)}"
        self._publisher = Publisher(self._redis)
        self._subscriber = Subscriber(self._redis)
        self._retainer = Retainer(self._redis)
        self._refused = RefusedEntries(self._redis, self._publisher)
        self._streams = Streams(self._redis, self._refused, self._subscriber)
        self._records = Records(self._redis, self._subscriber)
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._start(self._publisher.run(), "bus: publisher")
        self._start(self._subscriber.run(), "bus: subscriber")
        self._start(self._retainer.run(), "bus: retainer")
        self._start(self._refused.run(), "bus: refused entries")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._running:
            task.cancel()
        try:
            # Only errors of the tasks are grouped; the body's own error passes unchanged.
            await self._group.__aexit__(None, None, None)
        finally:
            await self._redis.close()

    @property
    def dropped(self) -> int:
        """Live messages of this process that were not sent."""
        return self._publisher.dropped

    @property
    def shared(self) -> bool:
        """See `ports.Bus.shared`."""
        return True

    @property
    def resumable(self) -> bool:
        """See `ports.Bus.resumable`."""
        return True

    def publish(self, topic: str, payload: bytes) -> None:
        """See `ports.Bus.publish`; a message that could not be sent in time is dropped."""
        self._publisher.publish(topic, payload)

    def subscribe(
        self, *topics: str, depth: int = 256
    ) -> AbstractAsyncContextManager[Subscription]:
        """See `ports.Bus.subscribe`; entering waits until Redis answers."""
        return self._subscriber.listen(topics, depth)

    def retain(self, topic: str, message: Retained) -> None:
        """See `ports.Bus.retain`."""
        self._retainer.retain(topic, message)

    def forget_retained(self, topic: str) -> None:
        """See `ports.Bus.forget_retained`; nothing is on a disk."""

    def leave_retained(self, topic: str) -> None:
        """See `ports.Bus.leave_retained`; it is in Redis for its time, whoever ends."""

    async def retained(self, topic: str, position: int, limit: int = 50) -> list[Retained]:
        """See `ports.Bus.retained`."""
        return await self._retainer.read(topic, position, limit)

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`."""
        return await self._streams.append(stream, payload)

    async def read(self, stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        """See `ports.Bus.read`.

        Raises:
            BusUnavailable: Redis does not answer.
            ValueError: `after_id` is not an id.
        """
        return await self._streams.read(stream, after_id, limit)

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        """See `ports.Bus.latest`."""
        return await self._streams.latest(stream, limit)

    def follow(self, stream: str, after_id: str = "") -> AsyncIterator[Entry]:
        """See `ports.Bus.follow`."""
        return self._streams.follow(stream, after_id)

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        """See `ports.Bus.put`."""
        return await self._records.put(record, value, expected_version)

    async def get(self, record: str) -> Record | None:
        """See `ports.Bus.get`."""
        return await self._records.get(record)

    def watch(self, record: str) -> AsyncIterator[Record]:
        """See `ports.Bus.watch`."""
        return self._records.watch(record)

    def watch_all(
        self, prefix: str, caught_up: asyncio.Event | None = None
    ) -> AsyncIterator[tuple[str, Record]]:
        """See `ports.Bus.watch_all`."""
        return self._records.watch_all(prefix, caught_up)

    async def records(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`."""
        return await self._records.names(prefix)

    async def erase(self, *, records: Collection[str], streams: str, retained: str) -> None:
        """See `ports.Bus.erase`; Redis writes its append-only file again in a moment."""
        await self._records.erase(records)
        await self._streams.erase(streams)
        await self._retainer.erase(retained)
        await self.erase_replaced()

    async def erase_replaced(self) -> None:
        """See `ports.Bus.erase_replaced`; Redis writes its append-only file again in a moment."""
        persistence: bytes = await self._redis.ask("INFO", "persistence")
        if b"aof_enabled:1" in persistence and b"aof_rewrite_in_progress:1" not in persistence:
            await self._redis.ask("BGREWRITEAOF")

    @asynccontextmanager
    async def lease(self, name: str, ttl_ms: int = 5000) -> AsyncIterator[Lease]:
        """See `ports.Bus.lease`."""
        lease = RedisLease(self._redis, name, ttl_ms)
        try:
            await lease.acquire()
            renewal = self._start(lease.keep(), f"bus: lease {name}")
            try:
                yield lease
            finally:
                renewal.cancel()
                await asyncio.wait([renewal])
        finally:
            await lease.release()

    async def probe(self) -> None:
        """See `ports.Bus.probe`."""
        await self._redis.ask("SET", self._probe_key, "1", "PX", _PROBE_LIFE_MS)
        await self._redis.ask("GET", self._probe_key)
        if not self._refused:
            self._redis.health.works()

    def store_status(self) -> StoreStatus:
        """See `ports.Bus.store_status`."""
        return self._redis.health.status(waiting=len(self._refused), lost=self._refused.lost)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
