"""A probe of the embedded bus's file: does the disk take a write and give it back?

The probe opens the file again each time. A connection that has been open for long would go on in
its cache, or in a file that was removed, and find nothing.
"""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from broadcaster.bus import sqlite_faults
from broadcaster.bus.sqlite_store import ANSWER_S, BUSY_TIMEOUT_S

_CHECKED_BYTES = 64_000_000
"""A file up to this size is searched for damage while it is in use, not only at the start."""
_CHECK_SHARE = 0.01
"""The share of real time that the search may take."""
_WRITE = """
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
INSERT INTO probe (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1;
"""


class SqliteProbe:
    """Probes one file, which must be open already.

    Args:
        path: the file.

    Attributes:
        free_bytes: free space on its disk at the last probe; None before the first.
    """

    def __init__(self, path: Path) -> None:
        self.free_bytes: int | None = None
        self._path = path
        self._inode: int | None = None
        self._check_at_s = 0.0
        self._running: asyncio.Task[None] | None = None

    async def run(self, *, suspect: bool) -> None:
        """Write and read; search for damage too, if that is due.

        Args:
            suspect: the file may be damaged, so search it in any case.

        Raises:
            BusUnavailable: it did not go through within `ANSWER_S`.
        """
        if self._running is None or self._running.done():
            work = asyncio.to_thread(self._probe, suspect=suspect)
            self._running = asyncio.create_task(work, name="bus: probe the store")
        try:
            async with asyncio.timeout(ANSWER_S):
                await asyncio.shield(self._running)
        except TimeoutError:
            raise sqlite_faults.silent(self._path, ANSWER_S) from None

    async def close(self) -> None:
        """Wait for a probe whose caller did not; a disk that hangs keeps its thread."""
        if self._running is not None:
            await asyncio.wait([self._running], timeout=ANSWER_S)
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _probe(self, *, suspect: bool) -> None:
        try:
            self.free_bytes = shutil.disk_usage(self._path.parent).free
            self._check_place()
            with closing(_opened(self._path)) as database:
                database.executescript(_WRITE)
                database.execute("SELECT count FROM probe").fetchall()
                if suspect or self._check_is_due():
                    self._check(database)
                # Pages that are in the log hide damage of the file.
                database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except FileNotFoundError as error:
            raise sqlite_faults.gone(self._path) from error
        except (OSError, sqlite3.Error) as error:
            raise sqlite_faults.explain(self._path, error) from error

    def _check_place(self) -> None:
        """Check that the file is the one of the first probe.

        Raises:
            FileNotFoundError: there is no file.
            StoreUnusable: it is another one.
        """
        inode = self._path.stat().st_ino
        self._inode = self._inode or inode
        if inode != self._inode:
            raise sqlite_faults.gone(self._path)

    def _check_is_due(self) -> bool:
        small = self._path.stat().st_size <= _CHECKED_BYTES
        return small and time.monotonic() >= self._check_at_s

    def _check(self, database: sqlite3.Connection) -> None:
        """Search the file for damage.

        Raises:
            StoreUnusable: it is damaged.
        """
        began_s = time.monotonic()
        [finding] = database.execute("PRAGMA quick_check(1)").fetchone()
        ended_s = time.monotonic()
        self._check_at_s = ended_s + (ended_s - began_s) / _CHECK_SHARE
        if finding != "ok":
            raise sqlite_faults.damaged(self._path, finding)


def _opened(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
