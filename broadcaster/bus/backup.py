"""Backups of the embedded bus's database: made while a server runs, checked, and put back.

A file gets its name only when it is whole and checked, so a copy that was interrupted is never
taken for a backup.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from broadcaster.bus import sqlite_faults
from broadcaster.bus.folder_lock import locked_for_command
from broadcaster.bus.sqlite_store import SCHEMA_VERSION, TABLES
from broadcaster.errors import BroadcasterError, BusUnavailable
from broadcaster.model.keys import EVENT_RECORDS

_UNFINISHED = ".unfinished"
_LOG = "-wal"
_INDEX = "-shm"


class BackupRefused(BroadcasterError):
    """A backup cannot be made or restored; the files are as they were."""

    error = "backup_refused"


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a database.

    Attributes:
        events: number of events.
        caption_versions: number of entries of caption streams.
        bytes: size of the file.
    """

    events: int
    caption_versions: int
    bytes: int


def back_up(database: Path, target: Path) -> Contents:
    """Copy a database, which may be in use, to a new file.

    Args:
        database: the file of the embedded bus.
        target: must not exist.

    Raises:
        BackupRefused: there is no database, the target exists, or the copy is not sound.
        OSError: the target cannot be written.
    """
    if not database.is_file():
        raise BackupRefused(
            f"there is no database at {database}",
            hint="Set BROADCASTER_DATA_DIR to the folder of the server.",
        )
    if target.exists():
        raise BackupRefused(f"{target} exists already", hint="Choose another name for the backup.")
    with _unfinished(target) as copy:
        try:
            with closing(_connect(database)) as source, closing(_connect(copy)) as to:
                source.backup(to)
                to.execute("PRAGMA journal_mode = DELETE")  # one file, without a log next to it
        except sqlite3.Error as error:
            full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
            fault = sqlite_faults.explain(target if full else database, error)
            raise BackupRefused(f"no backup was made: {fault.message}", hint=fault.hint) from error
        contents = _checked(copy, database)
        _name(copy, target)
    return contents


def restore(source: Path, database: Path, now: datetime) -> tuple[Contents, Path | None]:
    """Put a backup in the place of the database.

    Args:
        source: the backup. A plain copy of a database works too; its `-wal` file, if it is next to
            it, is used.
        database: the file of the embedded bus.
        now: part of the name that the replaced database gets.

    Returns:
        The contents of the backup, and where the replaced database is now, if there was one.

    Raises:
        DataFolderInUse: a server runs.
        BackupRefused: the backup is missing or not sound.
        OSError: the folder cannot be written.
    """
    if not source.is_file():
        raise BackupRefused(f"there is no file {source}", hint="Check the name of the backup.")
    with locked_for_command(database.parent):
        if database.exists() and source.samefile(database):
            raise BackupRefused(f"{source} is the database itself", hint="Name a backup.")
        with _unfinished(database) as copy:
            shutil.copyfile(source, copy)
            log = source.with_name(source.name + _LOG)
            if log.exists():
                shutil.copyfile(log, copy.with_name(copy.name + _LOG))
            contents = _checked(copy, source)
            replaced = _set_aside(database, now)
            _name(copy, database)
    return contents, replaced


@contextmanager
def _unfinished(final: Path) -> Iterator[Path]:
    """A new empty file in the folder of the final one; removed with its logs if it is left over."""
    copy = final.with_name(final.name + _UNFINISHED)
    with suppress(FileNotFoundError):
        copy.unlink()
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield copy
    finally:
        for leftover in (
            copy,
            copy.with_name(copy.name + _LOG),
            copy.with_name(copy.name + _INDEX),
        ):
            with suppress(FileNotFoundError):
                leftover.unlink()


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None)


def _checked(copy: Path, original: Path) -> Contents:
    """Search a copy for damage, and count what it holds.

    Raises:
        BackupRefused: it is damaged, of a newer version, or not a database of the broadcaster.
    """
    try:
        with closing(_connect(copy)) as database:
            [finding] = database.execute("PRAGMA integrity_check(1)").fetchone()
            if finding != "ok":
                raise sqlite_faults.damaged(original, finding)
            [version] = database.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA_VERSION:
                raise sqlite_faults.too_new(original, version, SCHEMA_VERSION)
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            if not names >= TABLES:
                raise BackupRefused(
                    f"{original} is not a database of the broadcaster",
                    hint="Name a file that “broadcaster backup” has made.",
                )
            [events] = database.execute(
                "SELECT count(*) FROM records WHERE substr(name, 1, ?) = ?",
                (len(EVENT_RECORDS), EVENT_RECORDS),
            ).fetchone()
            [captions] = database.execute("SELECT count(*) FROM entries").fetchone()
            database.execute("PRAGMA journal_mode = DELETE")  # takes what is in its log into it
    except BusUnavailable as fault:
        raise _unsound(original, fault) from fault
    except sqlite3.Error as error:
        raise _unsound(original, sqlite_faults.explain(original, error)) from error
    return Contents(events, captions, copy.stat().st_size)


def _unsound(original: Path, fault: BusUnavailable) -> BackupRefused:
    return BackupRefused(
        f"{original} is not sound: {fault.message}",
        hint="Nothing was changed. Take an older backup, or a whole copy of this one.",
    )


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Give the database another name, its log first: a log must never meet another database."""
    if not database.exists():
        _remove_log(database)
        return None
    replaced = database.with_name(f"{database.name}.replaced-{now:%Y%m%d-%H%M%S}")
    log = database.with_name(database.name + _LOG)
    if log.exists():
        log.rename(replaced.with_name(replaced.name + _LOG))
    _remove_log(database)
    database.rename(replaced)
    return replaced


def _remove_log(database: Path) -> None:
    for end in (_LOG, _INDEX):
        with suppress(FileNotFoundError):
            database.with_name(database.name + end).unlink()


def _name(copy: Path, final: Path) -> None:
    """Give a whole file its final name, on the disk before this returns."""
    for path, flags in ((copy, os.O_RDWR), (copy.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path is copy:
            copy.replace(final)
