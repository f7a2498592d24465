"""Keeps the newest messages of topics in Redis, where every process can read them.

They are in Redis's memory alone: not in its append-only file, and not on its replicas. A Redis that
has forgotten them gets them again from the process that retained them.
"""

import asyncio
import logging
import math

from redis.asyncio.connection import Connection

from broadcaster.bus.redis.connection import FAILURES, Redis, call, pack
from broadcaster.bus.retained.messages import FORGOTTEN_AFTER_S, MAX_RETAINED, RetainedMessages
from broadcaster.model.ports import Retained
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_BATCH = 25
_LONGEST_PAUSE_S = 0.5
"""Between attempts: what a booth misses must be there before it stops waiting for it."""

_RETAIN = """
if redis.replicate_commands then redis.replicate_commands() end
redis.set_repl(redis.REPL_NONE)
local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[1], ARGV[2], 'p', ARGV[3])
if type(added) == 'table' and added.err then
  if string.find(added.err, 'equal or smaller') then return 0 end
  return added
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""
"""Adds a message unless one of its position or a later one is there; repeating it changes nothing.

`REPL_NONE` keeps 48 kB a second and floor out of the append-only file. Before Redis 7 it needs
`replicate_commands`.
"""


class Retainer:
    """Stores what this process retains, and reads what all have retained.

    While Redis is down the newest `MAX_RETAINED` messages of each topic wait here. Older ones are
    lost and counted.

    Attributes:
        lost: messages that never reached Redis.
    """

    def __init__(self, redis: Redis) -> None:
        self.lost = 0
        self._redis = redis
        self._messages = RetainedMessages(redis.clock)
        self._stored: dict[str, int] = {}
        """The newest position in Redis of each topic, as far as this process knows."""
        self._filled = asyncio.Event()
        self._reported = False
        self._lost_before = 0
        """Lost messages that the log has told."""

    def retain(self, topic: str, message: Retained) -> None:
        """Keep a message, here and soon in Redis."""
        pushed_out = self._messages.add(topic, message)
        if pushed_out and pushed_out.position > self._stored.get(topic, -1):
            self.lost += 1
        self._filled.set()

    async def read(self, topic: str, position: int, limit: int) -> list[Retained]:
        """See `ports.Bus.retained`."""
        rows = await self._redis.ask("XRANGE", self._key(topic), position, "+", "COUNT", limit)
        return [Retained(_position(row[0]), row[1][-1]) for row in rows]

    async def erase(self, topic: str) -> None:
        """See `ports.Bus.erase`. A process that has the topic in memory forgets it by itself."""
        self._messages.forget(topic)
        if topic in self._stored:
            self._stored[topic] = -1
        await self._redis.ask("DEL", self._key(topic))

    async def run(self) -> None:
        """Store for ever, over one connection at a time."""
        backoff = Backoff(longest_s=_LONGEST_PAUSE_S, sleep=self._redis.clock.sleep)
        while True:
            await self._filled.wait()
            try:
                async with self._redis.connection() as connection:
                    await self._store_all(connection, backoff)
            except FAILURES as error:
                if not self._reported:
                    reason = self._redis.describe(error)
                    _log.warning("cannot retain messages, trying again: %s", reason)
                self._reported = True
                self._filled.set()
                await backoff.wait()

    async def _store_all(self, connection: Connection, backoff: Backoff) -> None:
        known: set[str] = set()
        for topic in self._stored.keys() - set(self._messages.topics):
            del self._stored[topic]
        while True:
            self._filled.clear()
            known.intersection_update(self._messages.topics)
            for topic in self._messages.topics:
                if topic not in known:
                    self._stored[topic] = await self._newest(connection, topic)
                    known.add(topic)
                while waiting := self._messages.read(topic, self._stored[topic] + 1, _BATCH):
                    await self._store(connection, topic, waiting)
                    self._stored[topic] = waiting[-1].position
                    backoff.reset()
                    self._reported = False
            if self.lost != self._lost_before:
                lost = self.lost - self._lost_before
                _log.error("messages not retained, Redis was down too long: %d", lost)
                self._lost_before = self.lost
            await self._filled.wait()

    async def _newest(self, connection: Connection, topic: str) -> int:
        ask = ("XREVRANGE", self._key(topic), "+", "-", "COUNT", 1)
        rows = await call(connection, *ask, timeout_s=self._redis.timing.answer_s)
        return _position(rows[0][0]) if rows else -1

    async def _store(self, connection: Connection, topic: str, messages: list[Retained]) -> None:
        forgotten_ms = int(FORGOTTEN_AFTER_S * 1000)
        commands = [
            pack(
                (
                    *("EVAL", _RETAIN, 1, self._key(topic)),
                    *(MAX_RETAINED, f"{one.position}-1", one.payload, forgotten_ms),
                )
            )
            for one in messages
        ]
        async with asyncio.timeout(self._redis.timing.answer_s):
            await connection.send_packed_command(b"".join(commands))
            for _ in commands:
                await connection.read_response(timeout=math.inf)

    def _key(self, topic: str) -> str:
        return f"{self._redis.prefix}retained:{topic}"


def _position(entry_id: bytes) -> int:
    """Return the position of an entry; its id is the position and a 1, because 0-0 is no id."""
    return int(entry_id.split(b"-")[0])
