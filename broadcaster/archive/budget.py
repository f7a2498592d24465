"""The space that all recordings may take, and what is left of it."""

import shutil
from pathlib import Path

LEAST_FREE_BYTES = 500_000_000
"""Kept free on the disk for everything else on it, the store of events above all."""
ENOUGH_SHARE = 0.98
"""A recording that was stopped for want of space goes on below this share of the budget."""
_ENOUGH_FREE_BYTES = LEAST_FREE_BYTES * 1.1


class DiskBudget:
    """Counts what the recordings take.

    Args:
        folder: of all recordings.
        budget_bytes: that they may take.
    """

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        self._folder = folder
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._free_bytes = _ENOUGH_FREE_BYTES

    def measure(self) -> None:
        """Look at the disk; blocks.

        Raises:
            OSError: the folder cannot be made or read.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._free_bytes = shutil.disk_usage(self._folder).free
        self.used_bytes = sum(_size(path) for path in self._folder.rglob("*"))

    def count(self, written_bytes: int) -> None:
        """Count what was written since the last measurement."""
        self.used_bytes += written_bytes
        self._free_bytes -= written_bytes

    @property
    def is_full(self) -> bool:
        """Whether recording must stop."""
        return self.used_bytes >= self.budget_bytes or self._free_bytes < LEAST_FREE_BYTES

    @property
    def has_room(self) -> bool:
        """Whether recording can begin."""
        enough = self.used_bytes < self.budget_bytes * ENOUGH_SHARE
        return enough and self._free_bytes >= _ENOUGH_FREE_BYTES


def _size(path: Path) -> int:
    """The size of a file; 0 of anything else, also of a file that is gone by now."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
