"""Database files of the embedded bus, whole and damaged."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

PAGE_BYTES = 4096

Damage = Callable[[Path], None]


def make_database(path: Path, entries: int = 2_000) -> None:
    """A file as a server leaves it: some events, and captions on many pages."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE entries (
                stream TEXT NOT NULL, position INTEGER NOT NULL, payload BLOB NOT NULL,
                PRIMARY KEY (stream, position)
            ) WITHOUT ROWID;
            CREATE TABLE records (
                name TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL
            ) WITHOUT ROWID;
            INSERT INTO records VALUES ('event.talk', 'a talk', 3), ('spent.talk', '{}', 1);
            BEGIN
            """
        )
        rows = (("s", number << 20, b"caption %d" % number * 20) for number in range(1, entries))
        database.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")


def damage_header(path: Path) -> None:
    overwrite(path, 0, b"not a database at all")


def damage_page_in_the_middle(path: Path) -> None:
    pages = path.stat().st_size // PAGE_BYTES
    overwrite(path, pages // 2 * PAGE_BYTES, b"\xa5" * PAGE_BYTES)


def cut_in_half(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)


def cut_within_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(PAGE_BYTES + 100)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 7")


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@contextmanager
def locked_by_another_connection(path: Path) -> Iterator[None]:
    """Nobody else can write inside the context."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """The same for tests with an event loop."""
    context = locked_by_another_connection(path)
    await asyncio.to_thread(context.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
