"""Sentences about files that cannot be read; FFmpeg's own errors say too little."""

import os
import stat
from pathlib import Path

from broadcaster.errors import CannotPlay


def check_readable(path: Path) -> None:
    """Open it once; FFmpeg's own messages do not say what to do.

    Raises:
        CannotPlay: it is missing, a folder, empty or forbidden.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise CannotPlay(f"{path} is a folder", hint="Name one sound file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise CannotPlay(f"{path} is not a file", hint="Name a sound file.")
        if status.st_size == 0:
            raise CannotPlay(f"{path.name} is empty (0 bytes)", hint="Copy or record it again.")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError | ValueError) -> CannotPlay:
    """The operating system's verdict on a file, and what to do."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return CannotPlay(f"there is no file {path}", hint="Check its name and folder.")
        case PermissionError():
            return CannotPlay(
                f"{path} may not be read by this user",
                hint="Give the user the right to read it, or start this as another user.",
            )
        case OSError():
            reason = os.strerror(error.errno) if error.errno else str(error)
            return CannotPlay(f"{path} cannot be read: {reason}", hint="Check the disk.")
        case _:
            return CannotPlay(f"{path} is not the name of a file", hint="Check its name.")
