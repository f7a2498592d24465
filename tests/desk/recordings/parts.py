"""A part of a recording, as the archive would have written it."""

import asyncio
from pathlib import Path

from broadcaster.archive.channel_file import ChannelFile
from broadcaster.archive.part_writer import describe
from broadcaster.model.recording.part import RecordingPart

START_MS = 10_000
LENGTH_MS = 20_000


async def write_part(folder: Path, number: int = 1) -> Path:
    """A part of 20 s of silence that begins 10 s after going live; returns its folder."""
    return await asyncio.to_thread(_write_part, folder, number)


def _write_part(folder: Path, number: int) -> Path:
    start = START_MS * 24
    part = RecordingPart("talk", "A talk", number, start, 0, ("floor", "es"), complete=True)
    made = folder / "talk" / part.folder
    made.mkdir(parents=True)
    describe(made, part)
    for channel in part.channels:
        file = ChannelFile(made / f"{channel}.ogg", start, 1, {})
        file.end(start + LENGTH_MS * 24)
    return made
