"""Connections to one Redis, and calls on them that always end.

redis-py supplies the connection: address, TLS, authentication, parsing. Which connection a call
uses, how long it may take and when it is tried again is decided here, because a cancelled or timed
out call must never leave a connection whose next user reads the wrong reply.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import hiredis
from redis.asyncio.connection import Connection, parse_url
from redis.exceptions import AuthenticationError, ReadOnlyError, RedisError, ResponseError

from broadcaster.bus.store_health import StoreHealth
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Clock
from broadcaster.system.backoff import Backoff

FAILURES = (RedisError, OSError)
"""Raised by connections when Redis cannot be reached or refuses; TimeoutError is an OSError."""

Argument = str | bytes | int
_IDLE_CONNECTIONS = 8
_HINT = "Start Redis there, or correct the Redis URL."
_REFUSALS = (  # words of Redis, or the name of the error its library makes of them; the way out
    (("MISCONF",), "Make space on the disk of Redis, or repair it: Redis cannot write its data."),
    (("OutOfMemory", "OOM"), "Give Redis more memory (maxmemory), or remove what else is there."),
    (("ReadOnly", "READONLY"), "Name the primary in the Redis URL: a replica takes no writes."),
    (("BusyLoading", "LOADING"), "Wait until Redis has loaded its data."),
    (("NoPermission", "NOPERM"), "Allow this user of Redis all keys that begin with broadcaster:."),
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Timeouts and intervals of a Redis bus.

    Attributes:
        answer_s: limit of one call, connecting included.
        deadline_s: limit of `get`, `put`, `read`, `records` and `ping`, with all their attempts.
        ping_s: how often an idle subscriber asks whether Redis is there; twice that is the longest
            a half-open connection stays unnoticed.
        block_s: how long a follower waits for one reply of Redis.
        reread_s: how often a watched record is read although no change was announced.
        stale_s: age at which an unsent live message is dropped instead of being sent late.
    """

    answer_s: float = 2.0
    deadline_s: float = 3.0
    ping_s: float = 3.0
    block_s: float = 1.0
    reread_s: float = 2.0
    stale_s: float = 2.0


class Redis:
    """One Redis: makes connections, keeps idle ones, makes calls.

    Args:
        url: `redis://[[user]:password@]host[:port][/database]`, `rediss://…` or `unix://path`.
        timing: timeouts and intervals.
        clock: time of pauses, and of the age of live messages.

    Attributes:
        address: host and port, or socket path, without anything secret.
        health: whether Redis takes writes and answers reads.
        prefix: start of every key and channel. Holds the database number, because Redis separates
            keys by database but not published messages.

    Raises:
        BusUnavailable: `url` is not a Redis URL.
    """

    def __init__(self, url: str, timing: Timing, clock: Clock) -> None:
        self.timing = timing
        self.clock = clock
        self.health = StoreHealth(clock)
        try:
            options: dict[str, Any] = dict(parse_url(url))
            self._make = cast("type[Connection]", options.pop("connection_class", Connection))
            # RESP2, no library announcement, and all deadlines set by the callers below.
            options.update(
                protocol=2, driver_info=None, socket_timeout=None, socket_connect_timeout=None
            )
            self._options = options
            self._make(**options)
        except (ValueError, TypeError, RedisError):
            raise BusUnavailable(
                "the Redis URL cannot be understood",
                hint="Write redis://host:6379/0, or rediss:// for TLS, or unix:///path.",
            ) from None
        host, port = options.get("host", "localhost"), options.get("port", 6379)
        self.address = str(options.get("path", f"{host}:{port}"))
        self.prefix = f"broadcaster:{options.get('db', 0)}:"
        self._idle: list[Connection] = []
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connected connection, for the caller alone.

        It is kept for the next caller. If the context ends by an exception, it is closed, because a
        reply may still be on its way.
        """
        if self._closed:
            raise RuntimeError("the bus is closed")
        connection = self._idle.pop() if self._idle else self._make(**self._options)
        try:
            async with asyncio.timeout(self.timing.answer_s):
                if connection.is_connected and await connection.can_read():
                    await connection.disconnect(nowait=True)  # Redis closed it while it was idle
                await connection.connect()  # type: ignore[no-untyped-call]
            yield connection
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        await self._give_back(connection)

    async def once(self, *command: Argument) -> Any:
        """The reply to a command, tried once."""
        async with self.connection() as connection:
            return await call(connection, *command, timeout_s=self.timing.answer_s)

    async def ask(self, *command: Argument) -> Any:
        """The reply to a command that may be sent twice without harm, tried until the deadline.

        Raises:
            BusUnavailable: no reply in time, or Redis refuses the command or the password.
        """
        backoff = Backoff(sleep=self.clock.sleep)
        reason: Exception = TimeoutError("no reply")
        try:
            async with asyncio.timeout(self.timing.deadline_s):
                while True:
                    try:
                        return await self.once(*command)
                    except FAILURES as error:
                        reason = error
                        if not is_passing(error):
                            break
                    await backoff.wait()
        except TimeoutError:
            pass
        raise self.failed(reason) from reason

    def failed(self, error: Exception) -> BusUnavailable:
        """Take note of a failure, and return it as people read it."""
        unavailable = BusUnavailable(self.describe(error), hint=_hint(error))
        self.health.fails(unavailable)
        return unavailable

    def describe(self, error: BaseException) -> str:
        """A sentence about a failure, without anything secret."""
        return f"Redis at {self.address} does not work: {str(error) or type(error).__name__}"

    def stream_key(self, stream: str) -> str:
        """The key of a stream."""
        return f"{self.prefix}stream:{stream}"

    async def close(self) -> None:
        """Close idle connections; those in use are closed by their users."""
        self._closed = True
        while self._idle:
            await self._idle.pop().disconnect(nowait=True)

    async def _give_back(self, connection: Connection) -> None:
        if self._closed or len(self._idle) == _IDLE_CONNECTIONS:
            await connection.disconnect(nowait=True)
        else:
            self._idle.append(connection)


async def call(connection: Connection, *command: Argument, timeout_s: float) -> Any:
    """Send a command and return its reply as redis-py's parser gives it, bytes undecoded.

    Raises:
        TimeoutError: no reply in time; the connection must be closed.
        RedisError: the connection broke, or Redis refuses the command.
    """
    async with asyncio.timeout(timeout_s):
        await connection.send_packed_command(pack(command))
        return await connection.read_response(timeout=math.inf)


pack = cast("Callable[[tuple[Argument, ...]], bytes]", hiredis.pack_command)
"""A command as the bytes of the Redis protocol."""


def refuses_writes(error: BaseException) -> bool:
    """Whether Redis answers and reads, but takes no writes: its disk or memory is full."""
    words = f"{type(error).__name__} {error}"
    return any(word in words for word in ("MISCONF", "OutOfMemory", "OOM command"))


def is_passing(error: BaseException) -> bool:
    """Whether trying again can help although nobody changes anything."""
    refused = isinstance(error, (AuthenticationError, ResponseError))
    return isinstance(error, ReadOnlyError) or not refused


def _hint(error: Exception) -> str:
    """The way out of what Redis refuses."""
    text = f"{type(error).__name__} {error}"
    for words, hint in _REFUSALS:
        if any(word in text for word in words):
            return hint
    return _HINT
