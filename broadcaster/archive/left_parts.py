"""Closes parts that a process has left when it was killed, so that all their files line up."""

import logging
from dataclasses import replace
from pathlib import Path

from broadcaster.archive.part_writer import describe
from broadcaster.audio.ogg.repair import end_file, stream_end
from broadcaster.model.recording.part import (
    RecordingPart,
    file_name,
    part_folders,
    read_part,
)

log = logging.getLogger("broadcaster.archive")


def close_left_parts(event_folder: Path, event_end: int | None) -> None:
    """Close every part that is not complete. Nobody may write to them. Blocks.

    Args:
        event_folder: with the parts of an event.
        event_end: where it was closed, on its clock; None if it was not.

    Raises:
        OSError: a file cannot be read or written.
    """
    for folder in part_folders(event_folder).values():
        part = read_part(folder)
        if part is not None and not part.complete:
            _close(folder, part, event_end)
            log.warning("%s: part %d was left unfinished and is closed", part.event, part.number)


def next_number(event_folder: Path) -> int:
    """The number of the next part; blocks.

    Raises:
        OSError: the folder cannot be read.
    """
    return max(part_folders(event_folder), default=0) + 1


def _close(folder: Path, part: RecordingPart, event_end: int | None) -> None:
    paths = [folder / file_name(channel) for channel in part.channels]
    ends = {path: stream_end(path) for path in paths if path.exists()}
    known = [end for end in ends.values() if end is not None]
    marked = [end.samples for end in known if end.marked]
    samples = marked[0] if marked else max((end.samples for end in known), default=0)
    if event_end is not None:
        samples = min(samples, max(0, event_end - part.start))
    for path, end in ends.items():
        if end is None:
            path.unlink()  # the power was cut before its first page was on the disk
        else:
            end_file(path, samples)
    describe(folder, replace(part, complete=True))
