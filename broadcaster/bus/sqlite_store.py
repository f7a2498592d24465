"""The durable half of the embedded bus: streams and records in one SQLite file.

A write is committed before its call returns. The database runs in WAL mode with
`synchronous=NORMAL`: a killed process loses nothing, a machine that loses power may lose the last
moments but never ends up with a damaged file (https://www.sqlite.org/wal.html). Every write is a
single statement, so it is atomic without a transaction that spans awaits.
"""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiosqlite

from broadcaster.bus.stream_ids import MAX_STREAM_ENTRIES, parse_id
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.ports import Clock, Entry, Record

logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it logs what is stored

_BUSY_TIMEOUT_S = 3.0
_TRIM_EVERY = 1000

_NUMBER_BITS = 20
_LARGEST_NUMBER = (1 << _NUMBER_BITS) - 1
_LARGEST_MS = (1 << (63 - _NUMBER_BITS)) - 1

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS entries (
    stream TEXT NOT NULL, position INTEGER NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (stream, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    name TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
"""
_APPEND = """
INSERT INTO entries (stream, position, payload)
SELECT ?1, MAX(?2, COALESCE(MAX(position) + 1, 0)), ?3 FROM entries WHERE stream = ?1
RETURNING position
"""
_TRIM = """
DELETE FROM entries WHERE stream = ?1 AND position <= (
    SELECT position FROM entries WHERE stream = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)
"""
_READ = """
SELECT position, payload FROM entries
WHERE stream = ? AND position > ? ORDER BY position LIMIT ?
"""
_PUT_ALWAYS = """
INSERT INTO records (name, value, version) VALUES (?1, ?2, 1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = version + 1
RETURNING version
"""
_PUT_NEW = """
INSERT INTO records (name, value, version) VALUES (?1, ?2, 1)
ON CONFLICT (name) DO NOTHING RETURNING version
"""
_PUT_NEXT = """
UPDATE records SET value = ?2, version = version + 1
WHERE name = ?1 AND version = ?3 RETURNING version
"""
_NAMES = "SELECT name FROM records WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name"


class SqliteStore:
    """Streams and records of one database; made by `open`, used until it is closed.

    All methods raise `BusUnavailable` when the disk fails.
    """

    def __init__(self, path: Path | None, database: aiosqlite.Connection, clock: Clock) -> None:
        self._path = path
        self._database = database
        self._clock = clock
        self._appends: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path | None, clock: Clock) -> AsyncIterator[Self]:
        """Open the database, create it if it is missing, close it after the context.

        Args:
            path: the file; None keeps everything in memory.
            clock: its Unix time is the first half of stream ids.

        Raises:
            BusUnavailable: the file cannot be opened, or is not a database.
        """
        try:
            if path is not None:
                await asyncio.to_thread(path.parent.mkdir, 0o700, parents=True, exist_ok=True)
            database = await aiosqlite.connect(
                path or ":memory:", timeout=_BUSY_TIMEOUT_S, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise _unavailable(path, error) from error
        try:
            try:
                await database.executescript(_SCHEMA)
            except sqlite3.Error as error:
                raise _unavailable(path, error) from error
            yield cls(path, database, clock)
        finally:
            await database.close()

    async def append(self, stream: str, payload: bytes) -> str:
        """Add an entry; each `_TRIM_EVERY` entries, drop those beyond `MAX_STREAM_ENTRIES`."""
        earliest = self._clock.now_ms() << _NUMBER_BITS
        [(position,)] = await self._query(_APPEND, stream, earliest, payload)
        self._appends[stream] += 1
        if self._appends[stream] % _TRIM_EVERY == 0:
            with suppress(BusUnavailable):  # the entry is stored; trimming can wait
                await self._query(_TRIM, stream, MAX_STREAM_ENTRIES)
        return _id(position)

    async def read(self, stream: str, after_id: str, limit: int) -> list[Entry]:
        """See `ports.Bus.read`."""
        rows = await self._query(_READ, stream, _position(after_id), limit)
        return [Entry(_id(position), payload) for position, payload in rows]

    async def put(self, record: str, value: bytes, expected_version: int | None) -> int:
        """See `ports.Bus.put`."""
        match expected_version:
            case None:
                rows = await self._query(_PUT_ALWAYS, record, value)
            case 0:
                rows = await self._query(_PUT_NEW, record, value)
            case _:
                rows = await self._query(_PUT_NEXT, record, value, expected_version)
        if not rows:
            raise VersionConflict(f"record {record} is not at version {expected_version}")
        return int(rows[0][0])

    async def get(self, record: str) -> Record | None:
        """See `ports.Bus.get`."""
        rows = await self._query("SELECT value, version FROM records WHERE name = ?", record)
        return Record(*rows[0]) if rows else None

    async def names(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`."""
        rows = await self._query(_NAMES, prefix)
        return [name for (name,) in rows]

    async def erase_replaced(self) -> None:
        """See `ports.Bus.erase_replaced`."""
        await self._query("VACUUM")
        await self._query("PRAGMA wal_checkpoint(TRUNCATE)")

    async def ping(self) -> None:
        """See `ports.Bus.ping`."""
        await self._query("SELECT 1")

    async def _query(self, statement: str, *values: Any) -> list[Any]:
        try:
            return list(await self._database.execute_fetchall(statement, values))
        except sqlite3.Error as error:
            raise _unavailable(self._path, error) from error


def _unavailable(path: Path | None, error: Exception) -> BusUnavailable:
    return BusUnavailable(
        f"the database {path or 'in memory'} does not work: {error}",
        hint="Check that the folder BROADCASTER_DATA_DIR exists, is writable and has free space.",
    )


def _id(position: int) -> str:
    return f"{position >> _NUMBER_BITS}-{position & _LARGEST_NUMBER}"


def _position(after_id: str) -> int:
    """An id as a 63-bit integer of SQLite, in the same order."""
    ms, number = parse_id(after_id)
    return min(ms, _LARGEST_MS) << _NUMBER_BITS | min(number, _LARGEST_NUMBER)
