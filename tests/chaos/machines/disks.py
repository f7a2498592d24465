"""A small disk that can be filled, and a database that another process locks."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_BYTES = 8 << 20
_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
database.execute("ROLLBACK")
"""


class SmallDisk:
    """A file system of 8 MB at a folder, where this user may mount one.

    Elsewhere the processes of `fill` get a limit for the size of their files, which fails like a
    full disk.

    Args:
        folder: is made.

    Attributes:
        mounted: whether it is a file system of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted = False
        self._filling = folder / "filling"

    @contextmanager
    def there(self) -> Iterator[None]:
        """It is there inside the context."""
        self.folder.mkdir()
        options = f"size={_BYTES},mode=0700"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        if os.geteuid() == 0 and shutil.which("mount"):
            done = subprocess.run(command, capture_output=True, check=False)
            self.mounted = done.returncode == 0
        try:
            yield
        finally:
            if self.mounted:
                subprocess.run(["umount", "-l", str(self.folder)], check=True)

    def fill(self, pid: int) -> None:
        """Leave no space, at least not for this process."""
        if not self.mounted:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
            return
        with suppress(OSError), self._filling.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def free(self, pid: int) -> None:
        """Make space again."""
        if not self.mounted:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
            return
        self._filling.unlink()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process has a database locked inside the context."""
    command = [sys.executable, "-c", _LOCK, str(database)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
