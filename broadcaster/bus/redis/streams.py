"""Streams: Redis streams with one entry per payload."""

import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio.connection import Connection

from broadcaster.bus.redis.connection import FAILURES, Redis, call, refuses_writes
from broadcaster.bus.redis.refused import RefusedEntries, entries_in, live_topic
from broadcaster.bus.redis.subscriber import Subscriber
from broadcaster.bus.stream_ids import MAX_STREAM_ENTRIES, parse_id
from broadcaster.bus.subscription import BoundedSubscription
from broadcaster.model.ports import Entry
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_FOLLOW_BATCH = 500
_DEPTH = 16
"""Live messages that may wait; each holds the newest entries, so a dropped one is not missed."""
_ERASED_AT_ONCE = 500
_QUICK_S = 0.1
_QUICK_ROUNDS = 100
"""A follower that heard unstored entries looks for more every `_QUICK_S`, this many times."""
_LOOK_BACK_FIRST = 16
_LOOK_BACK_AGAIN = 1000

_APPEND = """
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[3])) do
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'n' and fields[i + 1] == ARGV[2] then return entry[1] end
  end
end
return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'n', ARGV[2], 'p', ARGV[1])
"""
"""Adds an entry unless one of the newest carries its nonce already.

Looking and adding are one step, even on the first attempt: a request that timed out may still be
in a socket buffer and be executed after its repetition.
"""


@dataclass(slots=True)
class _Place:
    """The place of a follower in its stream.

    Attributes:
        last: id of the last entry that it was given.
        heard: entries that Redis refused; they come after all that is stored.
        quick_rounds: rounds in which it still looks for more every `_QUICK_S`.
    """

    last: str
    heard: list[Entry] = field(default_factory=list)
    quick_rounds: int = 0

    def past(self, entries: list[Entry]) -> Iterator[Entry]:
        """The new ones of some entries; the place moves past each."""
        for entry in entries:
            if parse_id(entry.id) > parse_id(self.last):
                self.last = entry.id
                yield entry


class Streams:
    """The durable half of a Redis bus.

    Args:
        redis: where the streams are.
        refused: takes the entries that Redis refuses.
        subscriber: receives those of other processes.
    """

    def __init__(self, redis: Redis, refused: RefusedEntries, subscriber: Subscriber) -> None:
        self._redis = redis
        self._refused = refused
        self._subscriber = subscriber

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`.

        Exactly once holds as long as fewer than a thousand other entries come between two attempts.
        """
        nonce = secrets.token_bytes(12)
        look_back = _LOOK_BACK_FIRST
        backoff = Backoff(sleep=self._redis.clock.sleep)
        while True:
            try:
                if self._refused.waits(stream):
                    return await self._refused.add(stream, payload)
                stored: bytes = await self._redis.once(
                    *("EVAL", _APPEND, 1, self._redis.stream_key(stream)),
                    *(payload, nonce, look_back, MAX_STREAM_ENTRIES),
                )
            except FAILURES as error:
                unavailable = self._redis.failed(error)
                if refuses_writes(error):
                    with suppress(*FAILURES):
                        return await self._refused.add(stream, payload)
                _log.warning("cannot append to %s, trying again: %s", stream, unavailable.message)
                look_back = _LOOK_BACK_AGAIN
                await backoff.wait()
            else:
                return stored.decode()

    async def read(self, stream: str, after_id: str, limit: int) -> list[Entry]:
        """See `ports.Bus.read`."""
        start = "({}-{}".format(*parse_id(after_id))
        return _entries(
            await self._redis.ask(
                "XRANGE", self._redis.stream_key(stream), start, "+", "COUNT", limit
            )
        )

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        """See `ports.Bus.latest`."""
        newest_first = await self._redis.ask(
            "XREVRANGE", self._redis.stream_key(stream), "+", "-", "COUNT", limit
        )
        return _entries(newest_first)[::-1]

    async def erase(self, prefix: str) -> None:
        """Remove all streams whose names start with `prefix`; see `ports.Bus.erase`."""
        pattern = re.sub(r"([\\*?\[\]])", r"\\\1", self._redis.stream_key(prefix)) + "*"
        cursor = b"0"
        while True:
            cursor, found = await self._redis.ask(
                "SCAN", cursor, "MATCH", pattern, "COUNT", _ERASED_AT_ONCE
            )
            if found:
                await self._redis.ask("UNLINK", *found)
            if cursor == b"0":
                return

    async def follow(self, stream: str, after_id: str) -> AsyncIterator[Entry]:
        """See `ports.Bus.follow`. Each follower has its own connection."""
        place = _Place(after_id)
        backoff = Backoff(sleep=self._redis.clock.sleep)
        async with self._subscriber.listen((live_topic(stream),), depth=_DEPTH) as live:
            while True:
                try:
                    async with self._redis.connection() as connection:
                        while True:
                            found = await self._next(connection, stream, place, live)
                            backoff.reset()
                            for entry in place.past(found):
                                yield entry
                except FAILURES as error:
                    _log.warning(
                        "cannot read %s, trying again: %s", stream, self._redis.describe(error)
                    )
                    await backoff.wait()

    async def _next(
        self, connection: Connection, stream: str, place: _Place, live: BoundedSubscription
    ) -> list[Entry]:
        """Entries that are stored or heard; some of them may have been given out before."""
        place.heard += await _unstored(live)
        place.quick_rounds = _QUICK_ROUNDS if place.heard else max(0, place.quick_rounds - 1)
        block_s = _QUICK_S if place.quick_rounds else self._redis.timing.block_s
        found = await self._stored(connection, stream, place.last, block_s)
        if len(found) < _FOLLOW_BATCH:  # all that was stored before `heard`
            found, place.heard = found + place.heard, []
        return found

    async def _stored(
        self, connection: Connection, stream: str, last: str, block_s: float
    ) -> list[Entry]:
        """Entries after one, at most `_FOLLOW_BATCH`; without any it waits for one."""
        start = "{}-{}".format(*parse_id(last))
        reply = await call(
            *(connection, "XREAD", "BLOCK", int(block_s * 1000), "COUNT", _FOLLOW_BATCH),
            *("STREAMS", self._redis.stream_key(stream), start),
            timeout_s=block_s + self._redis.timing.answer_s,
        )
        return _entries(reply[0][1]) if reply else []


async def _unstored(live: BoundedSubscription) -> list[Entry]:
    """The entries that writers have passed on, because Redis refused them."""
    found: list[Entry] = []
    while (message := await live.wait(0)) is not None:
        found += entries_in(message.payload)
    return found


def _entries(rows: list[Any]) -> list[Entry]:
    """Entries of `[[id, [field, value, …]], …]`, where the payload is always the last value."""
    return [Entry(entry_id.decode(), fields[-1]) for entry_id, fields in rows]
