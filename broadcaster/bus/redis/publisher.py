"""Sends live messages to Redis without making the caller wait."""

import asyncio
import logging
import math
from collections import deque

from redis.asyncio.connection import Connection

from broadcaster.bus.redis.connection import FAILURES, Redis, pack
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_WAITING_MESSAGES = 4096
_BATCH = 256


class Publisher:
    """A bounded queue of outgoing messages and the loop that empties it in pipelines.

    Attributes:
        dropped: messages not sent, because too many were waiting, they had become stale, or the
            connection broke under them.
    """

    def __init__(self, redis: Redis) -> None:
        self.dropped = 0
        self._redis = redis
        self._waiting: deque[tuple[float, str, bytes]] = deque()
        self._filled = asyncio.Event()

    def publish(self, topic: str, payload: bytes) -> None:
        """Queue a message; when the queue is full the oldest is dropped."""
        if len(self._waiting) == _WAITING_MESSAGES:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append((self._redis.clock.monotonic(), topic, payload))
        self._filled.set()

    async def run(self) -> None:
        """Send for ever, over one connection at a time."""
        backoff = Backoff(sleep=self._redis.clock.sleep)
        while True:
            await self._filled.wait()
            try:
                async with self._redis.connection() as connection:
                    while batch := self._next_batch():
                        await self._send(connection, batch)
                        backoff.reset()
            except FAILURES as error:
                _log.warning(
                    "cannot send live messages, trying again: %s", self._redis.describe(error)
                )
                await backoff.wait()

    def _next_batch(self) -> list[bytes]:
        oldest = self._redis.clock.monotonic() - self._redis.timing.stale_s
        batch: list[bytes] = []
        while self._waiting and len(batch) < _BATCH:
            queued_at, topic, payload = self._waiting.popleft()
            if queued_at < oldest:
                self.dropped += 1
            else:
                batch.append(pack(("PUBLISH", self._redis.prefix + topic, payload)))
        if not self._waiting:
            self._filled.clear()
        return batch

    async def _send(self, connection: Connection, batch: list[bytes]) -> None:
        answered = 0
        try:
            async with asyncio.timeout(self._redis.timing.answer_s):
                await connection.send_packed_command(b"".join(batch))
                while answered < len(batch):
                    await connection.read_response(timeout=math.inf)
                    answered += 1
        finally:
            self.dropped += len(batch) - answered
