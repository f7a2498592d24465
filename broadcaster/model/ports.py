"""The Protocols that stages depend on; `app.py` chooses the implementations."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from broadcaster.model.store import StoreStatus


class Clock(Protocol):
    """Time, injected so that tests can own it.

    Time that decides behaviour (what is late, stale, due or tried again) is asked of a clock. Two
    things use the event loop's own time: a deadline on a wait for another party, which is
    an `asyncio.timeout` with a named number of seconds, and code that says why it must.
    """

    def monotonic(self) -> float:
        """Seconds that never run backwards."""

    def now_ms(self) -> int:
        """Unix time in milliseconds."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class Message:
    """One live message: where it was published and what it holds."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream.

    Attributes:
        id: opaque, ordered by the stream, matches `[0-9]+-[0-9]+`.
        payload: what was appended.
    """

    id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Retained:
    """A message that the bus keeps for a while.

    Attributes:
        position: its place; positions of a topic only increase.
        payload: what was retained.
    """

    position: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A value with the version that compare-and-set needs; versions start at 1."""

    value: bytes
    version: int


class Subscription(Protocol):
    """Live messages of some topics, in publishing order per topic.

    Iterating waits for the next message. It does not raise when the broker cannot be reached: the
    messages of that time are missing.
    """

    dropped: int
    """Messages this subscriber lost because it did not read fast enough."""

    def __aiter__(self) -> AsyncIterator[Message]: ...

    async def __anext__(self) -> Message: ...


class Lease(Protocol):
    """An exclusive right, renewed in the background while it is held."""

    async def lost(self) -> None:
        """Return when another process may hold it; the holder must stop at once."""


class Bus(Protocol):
    """The only way from one stage to another."""

    @property
    def shared(self) -> bool:
        """Whether other processes reach it."""

    @property
    def resumable(self) -> bool:
        """Whether another process can go on with what this one leaves.

        It runs already, or it is the next one on the data folder.
        """

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a live message: never waits, never raises, may be lost."""

    def subscribe(
        self, *topics: str, depth: int = 256
    ) -> AbstractAsyncContextManager[Subscription]:
        """Receive live messages.

        Inside the context the subscription is established: what is published after entering is
        delivered. At most `depth` unread messages are kept; beyond it the oldest is dropped and
        counted.
        """

    def retain(self, topic: str, message: Retained) -> None:
        """Keep a message for those that come later or missed it: never waits, never raises.

        The newest 300 messages of a topic are kept. One that is not later than the newest is
        ignored. While the broker is down they wait in this process, and are handed on afterwards.
        """

    def forget_retained(self, topic: str) -> None:
        """Nobody needs what is kept of a topic any more: it leaves the disk soon.

        Never waits, never raises. In the memory of a broker it ends by itself, two minutes after
        the last message.
        """

    def leave_retained(self, topic: str) -> None:
        """Leave what is kept of a topic to the process that comes after this one.

        Without this it leaves the disk when this process ends in order. Never waits, never raises.
        """

    async def retained(self, topic: str, position: int, limit: int = 50) -> list[Retained]:
        """Up to `limit` kept messages at `position` or later, oldest first.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    async def append(self, stream: str, payload: bytes) -> str:
        """Add an entry and return its id.

        Retries while the broker cannot be reached, and stores the entry exactly once, even if the
        broker's replies are lost. An embedded bus whose disk fails delivers the entry at once and
        stores it when it can.
        """

    async def read(self, stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        """Up to `limit` entries after `after_id`, oldest first; from the start when it is empty.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        """The newest `limit` entries of a stream, oldest first.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    def follow(self, stream: str, after_id: str = "") -> AsyncIterator[Entry]:
        """All entries after `after_id`, then every new one, without gap or repeat, for ever."""

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        """Write a record and return its new version.

        Args:
            record: its name.
            value: its new content.
            expected_version: the version it must still have; 0 for "must not exist"; None writes
                unconditionally.

        Raises:
            VersionConflict: it has another version.
            BusUnavailable: the broker does not answer.
        """

    async def get(self, record: str) -> Record | None:
        """The record, or None.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    def watch(self, record: str) -> AsyncIterator[Record]:
        """The record as it is now, if it exists, then each later state; may skip states."""

    def watch_all(
        self, prefix: str, caught_up: asyncio.Event | None = None
    ) -> AsyncIterator[tuple[str, Record]]:
        """All records whose name starts with `prefix`, with their names, as `watch` gives one.

        A new record is announced like any other write. A writer of an older version does not
        announce its writes here; they are found within ten seconds.

        Args:
            prefix: start of their names.
            caught_up: set when the reader has taken all records that existed at the start.
        """

    async def records(self, prefix: str) -> list[str]:
        """Names of the records that start with `prefix`, sorted.

        Raises:
            BusUnavailable: the broker does not answer.
        """

    async def erase(self, *, records: Collection[str], streams: str, retained: str) -> None:
        """Remove what is stored, from the disk too as far as the broker can; may be repeated.

        Nobody who watches or follows it is told.

        Args:
            records: names.
            streams: the beginning of the names of streams; all of them are removed.
            retained: a topic whose kept messages are removed.

        Raises:
            BusUnavailable: the broker does not answer; some of it may be removed.
        """

    async def erase_replaced(self) -> None:
        """Remove earlier values of records from the disk, as far as the broker can; may be slow.

        Raises:
            BusUnavailable: the broker does not answer, or cannot.
        """

    def lease(self, name: str, ttl_ms: int = 5000) -> AbstractAsyncContextManager[Lease]:
        """Wait until the lease is free, then hold it inside the context."""

    async def probe(self) -> None:
        """Write and read something in the store; `store_status` remembers what came of it.

        Raises:
            BusUnavailable: it did not go through; the message says where it was tried.
        """

    def store_status(self) -> StoreStatus:
        """Return whether the store works, as the last probe and all writes since then found."""
