"""Turns what SQLite and its disk refuse into a sentence and a way out."""

import errno
import sqlite3
from pathlib import Path

from broadcaster.errors import BusUnavailable

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FORBIDDEN = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoreUnusable(BusUnavailable):
    """The database cannot be used until a person does something; the hint says what."""


class StoreDamaged(StoreUnusable):
    """The file is not what SQLite wrote."""


def explain(path: Path | None, error: Exception) -> BusUnavailable:
    """The error that people read.

    Args:
        path: of the database; None if it is in memory.
        error: of SQLite, or an `OSError`.

    Returns:
        `StoreUnusable` where only a person can help.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = path or "in memory"
    reason = str(error).rstrip(".")
    if code in _DAMAGED:
        return damaged(path, reason)
    if code in _FORBIDDEN:
        return StoreUnusable(
            f"the database {name} cannot be opened for writing ({reason})",
            hint=(
                "Allow this user to write to the file and its folder, or set BROADCASTER_DATA_DIR "
                "to another folder."
            ),
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) in _NO_SPACE:
        return BusUnavailable(
            f"there is no space left for the database {name} ({reason})",
            hint="Make space on its disk.",
        )
    if code in _LOCKED:
        return BusUnavailable(
            f"another program has locked the database {name} ({reason})",
            hint="End that program, perhaps an sqlite3 shell or a copy job.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return BusUnavailable(
            f"the disk of the database {name} fails ({reason})",
            hint="Check that the disk has free space and is not broken.",
        )
    return StoreUnusable(
        f"the database {name} does not work: {reason}",
        hint="Check that the folder BROADCASTER_DATA_DIR exists, is writable and has free space.",
    )


def damaged(path: Path | None, reason: str) -> StoreDamaged:
    """The error for a file that is not what SQLite wrote."""
    return StoreDamaged(
        f"the database {path or 'in memory'} is damaged ({reason})",
        hint=(
            "Restore a backup: broadcaster restore FILE. Without one, move the file and those "
            "with -wal and -shm after its name to another folder: the next start makes an empty "
            "database."
        ),
    )


def empty(path: Path) -> StoreUnusable:
    """The error for a file of no bytes, of which nobody knows what it held."""
    return StoreUnusable(
        f"the database {path} is damaged (it has no content)",
        hint=(
            "Restore a backup: broadcaster restore FILE. If there was no data yet, remove the "
            "file: the next start makes an empty database."
        ),
    )


def too_new(path: Path | None, version: int, known: int) -> StoreUnusable:
    """The error for a file of a later version of this program."""
    return StoreUnusable(
        f"the database {path or 'in memory'} was written by a newer version of the broadcaster "
        f"(its schema is {version}, this version knows {known})",
        hint=(
            "Install that version again, or restore a backup made before the update: "
            "broadcaster restore FILE."
        ),
    )


def silent(path: Path | None, seconds: float) -> BusUnavailable:
    """The error for a disk that does not answer."""
    return BusUnavailable(
        f"the disk of the database {path or 'in memory'} has not answered for {seconds:.0f} s",
        hint="Look for a disk or network drive that hangs.",
    )


def gone(path: Path) -> StoreUnusable:
    """The error for a file that is no longer where it was opened."""
    return StoreUnusable(
        f"the database {path} was moved, removed or replaced while the server runs",
        hint=(
            "What is written now is lost at the end. Stop the server, put the file back, or "
            "restore a backup (broadcaster restore FILE), and start again."
        ),
    )
