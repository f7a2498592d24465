"""Closes parts that a process has left when it was killed, so that all their files line up."""

import logging
from dataclasses import replace
from pathlib import Path

from broadcaster.archive.part_writer import describe
from broadcaster.audio.ogg.repair import close_file, played_samples
from broadcaster.model.recording.part import (
    RecordingPart,
    file_name,
    part_folders,
    read_part,
)

log = logging.getLogger("broadcaster.archive")


def close_left_parts(event_folder: Path) -> None:
    """Close every part that is not complete. Nobody may write to them. Blocks.

    Raises:
        OSError: a file cannot be read or written.
    """
    for folder in part_folders(event_folder).values():
        part = read_part(folder)
        if part is not None and not part.complete:
            _close(folder, part)
            log.warning("%s: part %d was left unfinished and is closed", part.event, part.number)


def next_number(event_folder: Path) -> int:
    """The number of the next part; blocks.

    Raises:
        OSError: the folder cannot be read.
    """
    return max(part_folders(event_folder), default=0) + 1


def _close(folder: Path, part: RecordingPart) -> None:
    paths = [folder / file_name(channel) for channel in part.channels]
    paths = [path for path in paths if path.exists()]
    longest = max(map(played_samples, paths), default=0)
    for path in paths:
        close_file(path, longest)
    describe(folder, replace(part, complete=True))
