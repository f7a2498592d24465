"""Finds what is to be copied, and remembers what was. All of it blocks: call it in a thread."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broadcaster.model.event import SLUG
from broadcaster.model.recording.part import RecordingPart, file_names, part_folders, read_part
from broadcaster.model.recording.upload import STATE_FILE, PartUpload


@dataclass(frozen=True, slots=True)
class PartToSend:
    """A finished part and how far its copy is.

    Attributes:
        folder: with its files.
        sizes: of its files in bytes, by their names, in their order.
        state: which of them have arrived.
    """

    part: RecordingPart
    folder: Path
    sizes: dict[str, int]
    state: PartUpload

    @property
    def missing(self) -> list[str]:
        """Names of the files that have not arrived."""
        return [name for name in self.sizes if name not in self.state.sent]

    @property
    def sent_bytes(self) -> int:
        """Bytes of the files that have arrived."""
        return sum(self.sizes[name] for name in self.sizes if name in self.state.sent)

    def save(self) -> None:
        """Write the state: the old one or the new one, whatever happens.

        Raises:
            OSError: it cannot be written.
        """
        new = self.folder / f"{STATE_FILE}.new"
        with new.open("wb") as file:
            file.write(self.state.to_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / STATE_FILE)


def parts_to_send(folder: Path, bucket: str) -> Iterator[tuple[str, list[PartToSend]]]:
    """Every event with its finished parts.

    Args:
        folder: of all recordings.
        bucket: name of the bucket.

    Raises:
        OSError: a folder cannot be read.
    """
    if not folder.is_dir():
        return
    for event_folder in sorted(folder.iterdir()):
        if SLUG.fullmatch(event_folder.name) and event_folder.is_dir():
            found = [(one, read_part(one)) for one in part_folders(event_folder).values()]
            yield (
                event_folder.name,
                [_to_send(one, part, bucket) for one, part in found if part and part.complete],
            )


def _to_send(folder: Path, part: RecordingPart, bucket: str) -> PartToSend:
    paths = [folder / name for name in file_names(part)]
    sizes = {path.name: path.stat().st_size for path in paths if path.exists()}
    try:
        state = PartUpload.from_json((folder / STATE_FILE).read_bytes(), bucket)
    except FileNotFoundError:
        state = PartUpload(bucket)
    return PartToSend(part, folder, sizes, state)
