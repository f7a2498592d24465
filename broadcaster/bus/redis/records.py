"""Records: hashes of value, version and the token of the last write."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing

from broadcaster.bus.redis.connection import Redis
from broadcaster.bus.redis.subscriber import Subscriber
from broadcaster.bus.watching import all_states, states
from broadcaster.errors import VersionConflict
from broadcaster.model.ports import Record

_PUT = """
local version = tonumber(redis.call('HGET', KEYS[1], 'n') or '0')
if redis.call('HGET', KEYS[1], 'w') == ARGV[3] then return {1, version} end
if ARGV[2] ~= '' and tonumber(ARGV[2]) ~= version then return {0, version} end
version = version + 1
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'n', version, 'w', ARGV[3])
redis.call('ZADD', KEYS[2], 0, ARGV[4])
redis.call('PUBLISH', ARGV[5], '')
redis.call('PUBLISH', ARGV[6], ARGV[4])
return {1, version}
"""
"""Writes if the version is the expected one; repeating a write that worked changes nothing."""


_RECORDS_TOPIC = "records"
"""Carries the name of every record that is written."""
_MOST_UNREAD_NAMES = 500


class Records:
    """Versioned values; every write is announced, on a topic of the record and on one for all."""

    def __init__(self, redis: Redis, subscriber: Subscriber) -> None:
        self._redis = redis
        self._subscriber = subscriber
        self._names = f"{redis.prefix}records"

    async def put(self, record: str, value: bytes, expected_version: int | None) -> int:
        """See `ports.Bus.put`."""
        expected = "" if expected_version is None else expected_version
        written, version = await self._redis.ask(
            *("EVAL", _PUT, 2, self._key(record), self._names),
            *(value, expected, secrets.token_bytes(12), record),
            self._redis.prefix + _topic(record),
            self._redis.prefix + _RECORDS_TOPIC,
        )
        if not written:
            raise VersionConflict(f"record {record} is not at version {expected_version}")
        return int(version)

    async def get(self, record: str) -> Record | None:
        """See `ports.Bus.get`."""
        value, version = await self._redis.ask("HMGET", self._key(record), "v", "n")
        return None if version is None else Record(value, int(version))

    async def watch(self, record: str) -> AsyncIterator[Record]:
        """See `ports.Bus.watch`; reads again every `reread_s`: announcements may be lost."""
        reread_s = self._redis.timing.reread_s
        async with (
            self._subscriber.listen((_topic(record),), depth=1) as changed,
            aclosing(states(record, self.get, changed, reread_s, self._redis.clock)) as found,
        ):
            async for state in found:
                yield state

    async def watch_all(
        self, prefix: str, caught_up: asyncio.Event | None = None
    ) -> AsyncIterator[tuple[str, Record]]:
        """See `ports.Bus.watch_all`."""
        async with (
            self._subscriber.listen((_RECORDS_TOPIC,), depth=_MOST_UNREAD_NAMES) as written,
            aclosing(
                all_states(prefix, self.names, self.get, written, self._redis.clock, caught_up)
            ) as found,
        ):
            async for named in found:
                yield named

    async def names(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`; 0xFF is in no UTF-8 text, so it is after every name."""
        start = prefix.encode()
        found: list[bytes] = await self._redis.ask(
            "ZRANGEBYLEX", self._names, b"[" + start, b"(" + start + b"\xff"
        )
        return [name.decode() for name in found]

    async def erase(self, records: Collection[str]) -> None:
        """See `ports.Bus.erase`."""
        if records:
            await self._redis.ask("DEL", *map(self._key, records))
            await self._redis.ask("ZREM", self._names, *records)

    def _key(self, record: str) -> str:
        return f"{self._redis.prefix}record:{record}"


def _topic(record: str) -> str:
    return f"record:{record}"
