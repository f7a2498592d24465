"""A part of an event's recording: one Ogg Opus file for each channel, which all line up.

The parts of an event are folders in `{recordings folder}/{event}/`, named `part-001` and so on. A
part has a file `recording.json`, which describes it, and a file for each channel. All files of a
part begin at the same position of the event clock. A new part begins when recording begins again.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from broadcaster.model.audio import samples_to_ms
from broadcaster.model.records.json_form import JsonForm

DESCRIPTION = "recording.json"
"""Name of the file that describes a part."""
_FOLDER = re.compile(r"part-([0-9]{3,6})")


@dataclass(frozen=True, slots=True)
class RecordingPart(JsonForm):
    """The description of a part.

    Attributes:
        event: id of the event.
        title: of the event, as it was when the part began.
        number: counts the parts of an event from 1.
        start: event-clock sample at which all files begin.
        begun_at_ms: Unix time.
        channels: ids of the channels that have a file.
        complete: whether the files have ended in order. One that is not is being written, or was
            left by a process that was killed.
    """

    event: str
    title: str
    number: int
    start: int
    begun_at_ms: int
    channels: tuple[str, ...]
    complete: bool = False

    @property
    def folder(self) -> str:
        """Name of the part's folder."""
        return f"part-{self.number:03}"

    @property
    def start_ms(self) -> int:
        """The start on the event clock."""
        return samples_to_ms(self.start)

    def to_json(self) -> bytes:
        """The content of the part's `DESCRIPTION`."""
        body = asdict(self) | {"start_ms": self.start_ms}
        body["files"] = {channel: file_name(channel) for channel in self.channels}
        return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def file_names(part: RecordingPart) -> list[str]:
    """The files of a part: its description, and one for each channel."""
    return [DESCRIPTION, *map(file_name, part.channels)]


def file_name(channel: str) -> str:
    """Name of a channel's file in the folder of a part."""
    return f"{channel}.ogg"


def part_number(folder_name: str) -> int | None:
    """The number of the part that a folder has; None for another folder."""
    match = _FOLDER.fullmatch(folder_name)
    return int(match[1]) if match else None


def part_folders(event_folder: Path) -> dict[int, Path]:
    """The folders of an event's parts by number, in order; blocks.

    Raises:
        OSError: the folder cannot be read, other than because it is missing.
    """
    try:
        found = {part_number(path.name): path for path in event_folder.iterdir()}
    except FileNotFoundError:
        return {}
    return {number: found[number] for number in sorted(n for n in found if n is not None)}


def read_part(folder: Path) -> RecordingPart | None:
    """The description of a part; None if it has none that can be read. Blocks."""
    try:
        return RecordingPart.from_json((folder / DESCRIPTION).read_bytes())
    except (OSError, ValueError):
        return None
