"""Entries that Redis refuses to store because its disk or memory is full.

Such a Redis still passes live messages on. So the entries go to followers as live messages, and
wait here until Redis takes them. They keep their ids, so followers see no gap and no repeat.
"""

import asyncio
import logging
from collections import deque

import hiredis

from broadcaster.bus.redis.connection import FAILURES, Redis, pack
from broadcaster.bus.redis.publisher import Publisher
from broadcaster.bus.stream_ids import MAX_STREAM_ENTRIES, parse_id
from broadcaster.model.ports import Entry
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

MOST_WAITING = 20_000
"""Entries of one stream that wait here, an hour of captions; beyond it the oldest are given up."""
_REPEATED = 20
"""The newest entries that each live message holds, for followers that missed the one before."""

_STORE = """
local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[1], 'p', ARGV[2])
if type(added) == 'table' and added.err then
  if not string.find(added.err, 'equal or smaller') then return added end
  if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'p', ARGV[2])
  end
end
return 1
"""
"""Stores an entry under its id; repeating it changes nothing. If another process has written to the
stream since then, the entry gets a new id rather than being lost.
"""


def live_topic(stream: str) -> str:
    """Topic of the entries of a stream that are not stored yet."""
    return f"unstored:{stream}"


def entries_in(message: bytes) -> list[Entry]:
    """The entries of a live message."""
    reader = hiredis.Reader()
    reader.feed(message)
    words: list[bytes] = reader.gets()
    return [
        Entry(entry_id.decode(), payload)
        for entry_id, payload in zip(words[::2], words[1::2], strict=True)
    ]


class RefusedEntries:
    """The entries of this process that Redis has refused.

    Args:
        redis: where they are stored in the end.
        publisher: sends live messages.

    Attributes:
        lost: entries that were given up.
    """

    def __init__(self, redis: Redis, publisher: Publisher) -> None:
        self.lost = 0
        self._redis = redis
        self._publisher = publisher
        self._waiting: dict[str, deque[Entry]] = {}
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._waiting.values())

    def waits(self, stream: str) -> bool:
        """Whether entries of a stream wait; later ones must wait behind them."""
        return stream in self._waiting

    async def add(self, stream: str, payload: bytes) -> str:
        """Pass an entry on, store it later, and return its id.

        Raises:
            RedisError, OSError: Redis does not even tell its newest entry.
        """
        if stream not in self._waiting:
            newest = await self._redis.once(
                "XREVRANGE", self._redis.stream_key(stream), "+", "-", "COUNT", 1
            )
            last = newest[0][0].decode() if newest else ""
        else:
            last = self._waiting[stream][-1].id
        ms, number = parse_id(last)
        now_ms = self._redis.clock.now_ms()
        entry = Entry(f"{now_ms}-0" if now_ms > ms else f"{ms}-{number + 1}", payload)
        entries = self._waiting.setdefault(stream, deque())
        entries.append(entry)
        if len(entries) > MOST_WAITING:
            entries.popleft()
            self.lost += 1
        newest_entries = [entries[index] for index in range(-min(_REPEATED, len(entries)), 0)]
        words = tuple(word for one in newest_entries for word in (one.id, one.payload))
        self._publisher.publish(live_topic(stream), pack(words))
        self._filled.set()
        return entry.id

    async def run(self) -> None:
        """Store what waits, for ever."""
        backoff = Backoff(sleep=self._redis.clock.sleep)
        try:
            while True:
                await self._filled.wait()
                try:
                    await self._store_all()
                    backoff.reset()
                except FAILURES as error:
                    self._redis.failed(error)
                    await backoff.wait()
        finally:
            if self:
                _log.error("entries that Redis did not take before the end: %d", len(self))

    async def _store_all(self) -> None:
        while self._waiting:
            stream, entries = next(iter(self._waiting.items()))
            entry = entries[0]
            await self._redis.once(
                *("EVAL", _STORE, 1, self._redis.stream_key(stream)),
                *(entry.id, entry.payload, MAX_STREAM_ENTRIES),
            )
            if entries[0] is entry:
                entries.popleft()
            if not entries:
                del self._waiting[stream]
        self._filled.clear()
