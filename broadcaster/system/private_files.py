"""Keeps what a server stores from the other users of its machine."""

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger("broadcaster.system")

OURS = (
    "bus.sqlite3*",
    "admin-token",
    "store-key",
    "*.lock",
    "tls",
    "tls/*",
    "retained",
    "retained/*",
    "recordings",
)
"""Files and folders that servers of this and earlier versions write into the data folder."""
_OTHERS = 0o077


def make_new_files_private() -> None:
    """Give files and folders that this process makes from now on to its own user alone."""
    os.umask(_OTHERS)


def tighten(folder: Path) -> None:
    """Take an existing data folder, and our files in it, from the other users; logs each change.

    What cannot be changed is logged and left as it is: the server works all the same.
    """
    if not folder.is_dir():
        return
    shared = folder.stat().st_mode & stat.S_ISVTX
    if shared:
        log.warning(
            "%s is a folder for all users of this machine: set BROADCASTER_DATA_DIR to a folder "
            "that belongs to this server alone",
            folder,
        )
    paths = [] if shared else [folder.resolve()]
    for path in (*paths, *(found for name in OURS for found in sorted(folder.glob(name)))):
        _tighten(path)


def _tighten(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & _OTHERS:
            return
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except FileNotFoundError:
        return  # SQLite removes its own files at any time
    except OSError as error:
        log.warning(
            "other users of this machine can open %s, which cannot be changed: %s",
            path,
            error.strerror,
        )
    else:
        log.warning("other users of this machine could open %s; now they cannot", path)
