"""Looks into the folder of the recordings. All functions block: call them in a thread."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadcaster.audio.ogg.repair import played_samples
from broadcaster.errors import DomainError
from broadcaster.model.audio import samples_to_ms
from broadcaster.model.recording.part import (
    RecordingPart,
    file_name,
    part_folders,
    read_part,
)
from broadcaster.model.recording.recording_errors import RecordingsUnreachable, UnknownRecording


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file of a channel.

    Attributes:
        channel: its id.
        path: of the file.
        size_bytes: of the file now.
        samples: what a player plays, on the event clock.
    """

    channel: str
    path: Path
    size_bytes: int
    samples: int

    @property
    def length_ms(self) -> int:
        """The length that a player plays."""
        return samples_to_ms(self.samples)

    def body(self) -> dict[str, Any]:
        """The form in the API."""
        return {
            "channel": self.channel,
            "size_bytes": self.size_bytes,
            "length_ms": self.length_ms,
        }


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """A part with its files, as they are now.

    Attributes:
        part: its description.
        folder: where its files are.
        files: of its channels, in their order; one that is missing is left out.
    """

    part: RecordingPart
    folder: Path
    files: tuple[RecordedFile, ...]

    def body(self) -> dict[str, Any]:
        """The form in the API."""
        return {
            "part": self.part.number,
            "begun_at_ms": self.part.begun_at_ms,
            "start_ms": self.part.start_ms,
            "complete": self.part.complete,
            "files": [file.body() for file in self.files],
        }


class RecordingLibrary:
    """The folder of all recordings.

    Args:
        folder: the folder, which another process may fill.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_there(self) -> bool:
        """Whether the folder can be read."""
        try:
            next(self._folder.iterdir(), None)
        except OSError:
            return False
        return True

    def parts(self, event_id: str) -> list[RecordedPart]:
        """The parts of an event, the oldest first; none if the folder is not there."""
        try:
            folders = part_folders(self._folder / event_id)
        except OSError:
            return []
        found = ((folder, read_part(folder)) for folder in folders.values())
        return [_recorded(folder, part) for folder, part in found if part is not None]

    def part(self, event_id: str, number: int) -> RecordedPart:
        """One part.

        Raises:
            RecordingsUnreachable: the folder is not there.
            UnknownRecording: the event has no such part.
        """
        for one in self.parts(event_id):
            if one.part.number == number:
                return one
        raise self.nothing_found()

    def nothing_found(self) -> DomainError:
        """The error for parts that were not found: perhaps the folder is not there."""
        return UnknownRecording() if self.is_there() else RecordingsUnreachable()

    def file(self, event_id: str, number: int, channel: str) -> tuple[RecordedPart, RecordedFile]:
        """A channel's file, with its part.

        Raises:
            RecordingsUnreachable: the folder is not there.
            UnknownRecording: the event has no such part, or that has no such channel.
        """
        part = self.part(event_id, number)
        for file in part.files:
            if file.channel == channel:
                return part, file
        raise UnknownRecording


def _recorded(folder: Path, part: RecordingPart) -> RecordedPart:
    files = []
    for channel in part.channels:
        path = folder / file_name(channel)
        try:
            size_bytes, samples = path.stat().st_size, played_samples(path)
        except OSError:
            continue
        files.append(RecordedFile(channel, path, size_bytes, samples))
    return RecordedPart(part, folder, tuple(files))
