"""Receives live messages from Redis, over one connection for all subscriptions of a process."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import hiredis
from redis.asyncio.connection import Connection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from broadcaster.bus.redis.connection import FAILURES, Redis, call, pack, refuses_writes
from broadcaster.bus.subscription import BoundedSubscription, TopicRouter
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)


class Subscriber:
    """Keeps this process subscribed to the topics it needs, and delivers what arrives.

    A Redis whose disk is full refuses PING as if it were a write, and passes live messages on all
    the same. That refusal counts as an answer.

    One task alone changes the subscriptions of a connection, so Redis sees the changes in the
    order they were made. A topic is confirmed when the last of its requests was answered by a
    subscription; entering `listen` waits for that.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._router = TopicRouter()
        self._wanted_changed = asyncio.Event()
        self._confirmed: set[str] = set()
        self._newly_confirmed = asyncio.Event()
        self._unanswered: Counter[str] = Counter()
        self._heard = False

    @asynccontextmanager
    async def listen(
        self, topics: Collection[str], depth: int
    ) -> AsyncIterator[BoundedSubscription]:
        """A subscription; entering waits until Redis has confirmed all its topics."""
        try:
            with self._router.attach(topics, depth) as subscription:
                self._wanted_changed.set()
                while not self._confirmed.issuperset(topics):
                    await self._newly_confirmed.wait()
                yield subscription
        finally:
            self._wanted_changed.set()

    async def run(self) -> None:
        """Receive for ever, over one connection at a time."""
        backoff = Backoff(sleep=self._redis.clock.sleep)
        while True:
            try:
                async with self._redis.connection() as connection:
                    await self._serve(connection, backoff)
            except* FAILURES as errors:
                reason = self._redis.describe(errors.exceptions[0])
                _log.warning("cannot receive live messages, trying again: %s", reason)
            await backoff.wait()

    async def _serve(self, connection: Connection, backoff: Backoff) -> None:
        # While Redis loads its data it confirms subscriptions but publishes nothing.
        try:
            await call(connection, "PING", timeout_s=self._redis.timing.answer_s)
        except ResponseError as error:
            if not refuses_writes(error):
                raise
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(connection, backoff), name="bus: read messages")
                tasks.create_task(self._keep_subscribed(connection), name="bus: subscribe")
                tasks.create_task(self._keep_alive(connection), name="bus: ping")
        finally:
            self._confirmed.clear()
            self._unanswered.clear()

    async def _read(self, connection: Connection, backoff: Backoff) -> None:
        """Dispatch messages and take note of confirmations, until the connection is lost.

        Replies of a subscribed connection are `[kind, channel, payload or count]`, those to PING
        `[b"pong", b""]`, or `b"PONG"` while it is subscribed to nothing (Redis docs, "Redis
        Pub/Sub", wire protocol).
        """
        prefix = len(self._redis.prefix)
        dispatch = self._router.dispatch

        def replied(reply: Any) -> None:
            self._heard = True
            match reply:
                case [b"message", channel, payload]:
                    dispatch(channel[prefix:].decode(), payload)
                case [b"subscribe" | b"unsubscribe" as kind, channel, _]:
                    self._answered(channel[prefix:].decode(), subscribed=kind == b"subscribe")
                    backoff.reset()

        with _inbox(connection, replied) as inbox:
            await inbox.lost

    def _answered(self, topic: str, *, subscribed: bool) -> None:
        self._unanswered[topic] -= 1
        if self._unanswered[topic] > 0:
            return
        del self._unanswered[topic]
        if subscribed:
            self._confirmed.add(topic)
            self._newly_confirmed.set()
            self._newly_confirmed.clear()

    async def _keep_subscribed(self, connection: Connection) -> None:
        asked: set[str] = set()
        while True:
            self._wanted_changed.clear()
            wanted = set(self._router.topics())
            await self._request(connection, "UNSUBSCRIBE", asked - wanted)
            await self._request(connection, "SUBSCRIBE", wanted - asked)
            asked = wanted
            await self._wanted_changed.wait()

    async def _request(self, connection: Connection, command: str, topics: set[str]) -> None:
        if topics:
            self._confirmed -= topics
            self._unanswered.update(topics)
            channels = (self._redis.prefix + topic for topic in topics)
            await connection.send_packed_command(pack((command, *channels)))

    async def _keep_alive(self, connection: Connection) -> None:
        """Fail if the connection is open on our side only: such a connection answers no PING."""
        while True:
            self._heard = False
            await connection.send_packed_command(pack(("PING",)))
            await self._redis.clock.sleep(self._redis.timing.ping_s)
            if not self._heard:
                raise RedisConnectionError("the connection is silent")


class _Inbox(asyncio.Protocol):
    """Parses replies as they arrive, without waking a task or copying a stream for each.

    Attributes:
        lost: fails when the connection is gone or Redis answers with an error.
    """

    def __init__(self, replied: Callable[[Any], None]) -> None:
        self._replied = replied
        self._parser = hiredis.Reader()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
            while (reply := self._parser.gets()) is not False:
                if isinstance(reply, hiredis.ReplyError) and not refuses_writes(reply):
                    self._fail(str(reply))
                else:
                    self._replied(reply)
        except hiredis.ProtocolError as error:
            self._fail(str(error))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(str(error or "the connection was closed"))

    def _fail(self, reason: str) -> None:
        if not self.lost.done():
            self.lost.set_exception(RedisConnectionError(reason))


@contextmanager
def _inbox(connection: Connection, replied: Callable[[Any], None]) -> Iterator[_Inbox]:
    """Take over what arrives on a connection whose replies have all been read."""
    writer = connection._writer  # noqa: SLF001 - redis-py has no other way to its transport
    assert writer is not None
    transport = writer.transport
    streams = transport.get_protocol()
    inbox = _Inbox(replied)
    transport.set_protocol(inbox)
    try:
        yield inbox
    finally:
        transport.set_protocol(streams)
        if not inbox.lost.cancel() and not inbox.lost.cancelled():
            inbox.lost.exception()  # the waiting reader has received it
