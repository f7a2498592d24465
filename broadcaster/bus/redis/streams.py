"""Streams: Redis streams with one entry per payload."""

import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any

from broadcaster.bus.redis.connection import FAILURES, Redis, call
from broadcaster.bus.stream_ids import MAX_STREAM_ENTRIES, parse_id
from broadcaster.model.ports import Entry
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_FOLLOW_BATCH = 500
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


class Streams:
    """The durable half of a Redis bus."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def append(self, stream: str, payload: bytes) -> str:
        """See `ports.Bus.append`.

        Exactly once holds as long as fewer than a thousand other entries come between two attempts.
        """
        nonce = secrets.token_bytes(12)
        look_back = _LOOK_BACK_FIRST
        backoff = Backoff(sleep=self._redis.clock.sleep)
        while True:
            try:
                stored: bytes = await self._redis.once(
                    *("EVAL", _APPEND, 1, self._key(stream)),
                    *(payload, nonce, look_back, MAX_STREAM_ENTRIES),
                )
            except FAILURES as error:
                unavailable = self._redis.failed(error)
                _log.warning("cannot append to %s, trying again: %s", stream, unavailable.message)
                look_back = _LOOK_BACK_AGAIN
                await backoff.wait()
            else:
                return stored.decode()

    async def read(self, stream: str, after_id: str, limit: int) -> list[Entry]:
        """See `ports.Bus.read`."""
        start = "({}-{}".format(*parse_id(after_id))
        return _entries(
            await self._redis.ask("XRANGE", self._key(stream), start, "+", "COUNT", limit)
        )

    async def follow(self, stream: str, after_id: str) -> AsyncIterator[Entry]:
        """See `ports.Bus.follow`. Each follower has its own connection."""
        last = "{}-{}".format(*parse_id(after_id))
        backoff = Backoff(sleep=self._redis.clock.sleep)
        block_s = self._redis.timing.block_s
        wait = ("XREAD", "BLOCK", int(block_s * 1000), "COUNT", _FOLLOW_BATCH, "STREAMS")
        while True:
            try:
                async with self._redis.connection() as connection:
                    while True:
                        reply = await call(
                            *(connection, *wait, self._key(stream), last),
                            timeout_s=block_s + self._redis.timing.answer_s,
                        )
                        backoff.reset()
                        for entry in _entries(reply[0][1]) if reply else ():
                            last = entry.id
                            yield entry
            except FAILURES as error:
                _log.warning(
                    "cannot read %s, trying again: %s", stream, self._redis.describe(error)
                )
                await backoff.wait()

    def _key(self, stream: str) -> str:
        return f"{self._redis.prefix}stream:{stream}"


def _entries(rows: list[Any]) -> list[Entry]:
    """Entries of `[[id, [field, value, …]], …]`, where the payload is always the last value."""
    return [Entry(entry_id.decode(), fields[-1]) for entry_id, fields in rows]
