"""A data folder belongs to one server at a time.

The lock is the kernel's (flock(2)) on an open file. It ends with the process that holds it, however
that ends. The file also says which process that is; what it says counts only while it is locked.
"""

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from broadcaster.errors import BroadcasterError

_log = logging.getLogger(__name__)

LOCK_FILE = "server.lock"
TRY_EVERY_S = 0.1
TRIES = 30
"""Tries before a folder counts as taken: a server that stops is gone sooner."""
_LONGEST_OWNER_BYTES = 300


class DataFolderInUse(BroadcasterError):
    """Another server uses the data folder."""

    error = "data_folder_in_use"


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Hold the folder's lock inside the context; the folder is made if it is missing.

    A server that is just stopping is waited for.

    Raises:
        DataFolderInUse: another server holds it, and goes on holding it.
        OSError: the folder cannot be written.
    """
    descriptor = await _lock_soon(folder)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_for_command(folder: Path) -> Iterator[None]:
    """Hold the folder as `locked` does, outside an event loop."""
    descriptor = _lock(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def owner(folder: Path) -> str:
    """Name the server that uses the folder now, as in "pid 4711"; empty if there is no server."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _named(descriptor)
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return ""


async def _lock_soon(folder: Path) -> int:
    for _ in range(TRIES):
        with suppress(DataFolderInUse):
            return await asyncio.to_thread(_lock, folder)
        await asyncio.sleep(TRY_EVERY_S)
    return await asyncio.to_thread(_lock, folder)


def _lock(folder: Path) -> int:
    """Lock the folder and return the open file that holds the lock."""
    folder.mkdir(0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        server = _named(descriptor)
        os.close(descriptor)
        raise DataFolderInUse(
            f"another server ({server}) uses the data folder {folder.absolute()}",
            hint=(
                "Stop that one first, or set BROADCASTER_DATA_DIR to another folder. Processes "
                "that belong together meet on Redis: BROADCASTER_REDIS_URL."
            ),
        ) from None
    except OSError as error:  # some network drives cannot lock
        _log.warning("the folder %s cannot be locked: %s", folder, error.strerror)
    with suppress(OSError):  # on a full disk the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}".encode(), 0)
    return descriptor


def _named(descriptor: int) -> str:
    """Name the process that a lock file tells of."""
    words = os.pread(descriptor, _LONGEST_OWNER_BYTES, 0).decode(errors="replace").split()
    match words:
        case [pid, host] if host != socket.gethostname():
            return f"pid {pid} on {host}"
        case [pid, *_]:
            return f"pid {pid}"
    return "its pid is not known"
