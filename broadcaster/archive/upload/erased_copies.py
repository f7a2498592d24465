"""Remembers on the disk which copies of deleted recordings a bucket still has to delete.

A part that was copied, or was about to be, leaves a file with the names of its objects. So the
copies are deleted whenever the bucket lets them be, also after a restart, and by any process that
sees the folder. All functions block: call them in a thread.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from broadcaster.model.recording.part import RecordingPart, file_names
from broadcaster.model.recording.upload import STATE_FILE, PartUpload
from broadcaster.model.records.json_form import JsonForm

log = logging.getLogger("broadcaster.archive")

FOLDER = ".copies-to-delete"
"""In the folder of all recordings. No event can have this id."""


@dataclass(frozen=True, slots=True)
class ErasedCopies(JsonForm):
    """The copies of a deleted part.

    Attributes:
        bucket: name of the bucket that has them; empty if it is not known any more.
        names: of its objects, without the bucket's folder.
        begun: by the name of an object, the id of an upload that did not end.
    """

    bucket: str
    names: tuple[str, ...]
    begun: dict[str, str]


def remember_copies(event_folder: Path, part: RecordingPart) -> None:
    """Note the copies of a part that is about to be deleted, if a bucket may have some.

    Args:
        event_folder: with the parts of its event.
        part: its description.

    Raises:
        OSError: it cannot be noted.
    """
    try:
        state = PartUpload.from_json((event_folder / part.folder / STATE_FILE).read_bytes())
    except FileNotFoundError:
        return
    note_copies(event_folder, part, state)


def note_copies(event_folder: Path, part: RecordingPart, state: PartUpload) -> None:
    """Note that all copies of a part are to be deleted.

    Args:
        event_folder: with the parts of its event; it may be gone.
        part: its description.
        state: of its copies.

    Raises:
        OSError: it cannot be noted.
    """
    place = f"{event_folder.name}/{part.folder}"
    copies = ErasedCopies(
        state.bucket,
        tuple(f"{place}/{name}" for name in file_names(part)),
        {f"{place}/{name}": upload for name, upload in state.begun.items()},
    )
    notes = event_folder.parent / FOLDER
    notes.mkdir(exist_ok=True)
    note = notes / f"{event_folder.name}.{part.folder}.{part.begun_at_ms}.json"
    new = note.with_suffix(".new")
    with new.open("wb") as file:
        file.write(copies.to_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(note)


def erased_copies(folder: Path, bucket: str) -> Iterator[tuple[Path, ErasedCopies]]:
    """The copies that a bucket still has to delete, each with its note.

    An object with the name of a file that is there again belongs to a new event with the same id:
    it was replaced, or will be, and is left out.

    Args:
        folder: of all recordings.
        bucket: name of the bucket.

    Raises:
        OSError: a note cannot be read.
    """
    notes = folder / FOLDER
    for note in sorted(notes.glob("*.json")) if notes.is_dir() else ():
        try:
            copies = ErasedCopies.from_json(note.read_bytes())
        except ValueError:
            log.exception("%s cannot be read: delete the copies of this part by hand", note)
            continue
        if copies.bucket in {bucket, ""}:
            left = tuple(name for name in copies.names if not (folder / name).exists())
            yield note, replace(copies, names=left)
