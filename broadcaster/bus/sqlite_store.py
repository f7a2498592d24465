"""The durable half of the embedded bus: streams and records in one SQLite file.

A write is committed before its call returns. The database runs in WAL mode with
`synchronous=NORMAL`: a killed process loses nothing, a machine that loses power may lose the last
moments but never ends up with a damaged file (https://www.sqlite.org/wal.html). Every write is a
single statement, so it is atomic without a transaction that spans awaits. Every write may be
repeated without harm, because an error does not tell whether it was made.
"""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiosqlite

from broadcaster.bus import sqlite_faults
from broadcaster.bus.stream_ids import MAX_STREAM_ENTRIES
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Record

logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it logs what is stored

BUSY_TIMEOUT_S = 1.0
"""A write waits this long for another program that has locked the file."""
ANSWER_S = 10.0
"""A disk that takes longer has failed."""
SCHEMA_VERSION = 0
"""The `user_version` of files that this version can use; a later schema has a higher one."""
_TRIM_EVERY = 1000

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS entries (
    stream TEXT NOT NULL, position INTEGER NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (stream, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    name TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
"""
TABLES = frozenset({"entries", "records"})
"""Tables that every database of the broadcaster has."""
_APPEND = """
INSERT INTO entries (stream, position, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
_TRIM = """
DELETE FROM entries WHERE stream = ?1 AND position <= (
    SELECT position FROM entries WHERE stream = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)
"""
_READ = """
SELECT position, payload FROM entries
WHERE stream = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?
"""
_LATEST = """
SELECT position, payload FROM entries
WHERE stream = ? AND position <= ? ORDER BY position DESC LIMIT ?
"""
_ERASE = "DELETE FROM entries WHERE stream >= ? AND stream < ?"
_AFTER_ALL_TEXT = "\U0010ffff"
_PUT = """
INSERT INTO records (name, value, version) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version
"""


class SqliteStore:
    """Streams and records of one database; made by `open`, used until it is closed.

    All methods raise `BusUnavailable` when the disk fails.
    """

    def __init__(self, path: Path | None, database: aiosqlite.Connection) -> None:
        self._path = path
        self._database = database
        self._appends: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path | None) -> AsyncIterator[Self]:
        """Open the database, create it if it is missing, close it after the context.

        Args:
            path: the file; None keeps everything in memory.

        Raises:
            StoreUnusable: the file is damaged, cannot be opened, or is of a newer version.
            BusUnavailable: the disk is full or fails.
        """
        is_new = False
        try:
            if path is not None:
                await asyncio.to_thread(path.parent.mkdir, 0o700, parents=True, exist_ok=True)
                is_new = await asyncio.to_thread(_is_new, path)
            database = await aiosqlite.connect(
                path or ":memory:", timeout=BUSY_TIMEOUT_S, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise sqlite_faults.explain(path, error) from error
        usable = False
        try:
            try:
                await _check(database, path)
                await database.executescript(_SCHEMA)
            except sqlite3.Error as error:
                raise sqlite_faults.explain(path, error) from error
            usable = True
            yield cls(path, database)
        finally:
            await database.close()
            if path is not None and is_new and not usable:
                await asyncio.to_thread(_remove_empty, path)

    async def append(self, stream: str, position: int, payload: bytes) -> None:
        """Add an entry; each `_TRIM_EVERY` entries, drop those beyond `MAX_STREAM_ENTRIES`."""
        await self._query(_APPEND, stream, position, payload)
        self._appends[stream] += 1
        if self._appends[stream] % _TRIM_EVERY == 0:
            with suppress(BusUnavailable):  # the entry is stored; trimming can wait
                await self._query(_TRIM, stream, MAX_STREAM_ENTRIES)

    async def last_position(self, stream: str) -> int:
        """The position of the newest entry; 0 if there is no entry."""
        [(position,)] = await self._query(
            "SELECT MAX(position) FROM entries WHERE stream = ?", stream
        )
        return position or 0

    async def read(
        self, stream: str, after: int, until: int, limit: int
    ) -> list[tuple[int, bytes]]:
        """Up to `limit` entries after one position and up to another, oldest first."""
        return await self._query(_READ, stream, after, until, limit)

    async def latest(self, stream: str, until: int, limit: int) -> list[tuple[int, bytes]]:
        """The newest `limit` entries up to a position, oldest first."""
        return (await self._query(_LATEST, stream, until, limit))[::-1]

    async def put(self, name: str, record: Record) -> None:
        """Write a record with its version."""
        await self._query(_PUT, name, record.value, record.version)

    async def records(self) -> dict[str, Record]:
        """All records, by name."""
        rows = await self._query("SELECT name, value, version FROM records")
        return {name: Record(value, version) for name, value, version in rows}

    async def write_and_read(self) -> None:
        """Return when a write and a read went through; changes nothing that is kept."""
        await self._query("UPDATE records SET version = version WHERE 0")
        await self._query("SELECT 1 FROM records LIMIT 1")

    async def erase(self, records: Iterable[str], streams: str) -> None:
        """Remove records, and the streams whose names start with `streams`.

        `secure_delete` writes zeros over them, and the checkpoint empties the log.
        """
        for name in records:
            await self._query("DELETE FROM records WHERE name = ?", name)
        await self._query(_ERASE, streams, f"{streams}{_AFTER_ALL_TEXT}")
        for stream in [one for one in self._appends if one.startswith(streams)]:
            del self._appends[stream]
        await self._query("PRAGMA wal_checkpoint(TRUNCATE)")

    async def erase_replaced(self) -> None:
        """See `ports.Bus.erase_replaced`."""
        await self._query("VACUUM")
        await self._query("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _query(self, statement: str, *values: Any) -> list[Any]:
        try:
            async with asyncio.timeout(ANSWER_S):
                return list(await self._database.execute_fetchall(statement, values))
        except TimeoutError:
            raise sqlite_faults.silent(self._path, ANSWER_S) from None
        except sqlite3.Error as error:
            raise sqlite_faults.explain(self._path, error) from error


def _is_new(path: Path) -> bool:
    """Whether there is no such file yet.

    Raises:
        OSError: it is a folder.
        StoreUnusable: it has no content. SQLite would take it for a new database.
    """
    if path.is_dir():
        raise IsADirectoryError("it is a folder, not a file")
    if not path.exists():
        return True
    if not path.stat().st_size:
        raise sqlite_faults.empty(path)
    return False


def _remove_empty(path: Path) -> None:
    """Remove what SQLite made before it failed, so that it is not taken for a damaged file."""
    with suppress(OSError):
        if not path.stat().st_size:
            path.unlink()


async def _check(database: aiosqlite.Connection, path: Path | None) -> None:
    """Check a database before it is used; takes about a second for a gigabyte.

    Raises:
        StoreUnusable: it is damaged, or of a newer version.
        sqlite3.Error: it cannot be read.
    """
    [(version,)] = await database.execute_fetchall("PRAGMA user_version")
    if version > SCHEMA_VERSION:
        raise sqlite_faults.too_new(path, version, SCHEMA_VERSION)
    [(finding,), *_] = await database.execute_fetchall("PRAGMA quick_check(1)")
    if finding != "ok":
        raise sqlite_faults.damaged(path, finding)
