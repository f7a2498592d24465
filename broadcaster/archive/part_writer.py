"""Writes one part of a recording: all its files, which advance together on the event clock."""

import os
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from broadcaster.archive.channel_file import ChannelFile
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, opus_samples
from broadcaster.model.recording.part import DESCRIPTION, RecordingPart, file_name

PATIENCE_S = 1.3
"""A channel that has sent nothing for this long gets silence. The floor itself takes a second to
notice that its speaker's sound has stopped, and publishes it late."""
_SERIALS = random.SystemRandom()

Heard = tuple[str, AudioFrame]
"""A frame with the channel on which it came."""


class PartWriter:
    """Writes the files of a part. All methods block: call them in a thread, one at a time.

    Args:
        folder: of the event.
        part: what is written; its folder must not exist.
        now_s: monotonic time at which the event clock is at the start of the part.
        languages: of the channels, for the tags of their files.

    Raises:
        OSError: the folder or a file cannot be made.
    """

    def __init__(
        self, folder: Path, part: RecordingPart, now_s: float, languages: Mapping[str, str]
    ) -> None:
        self.part = part
        self._folder = folder / part.folder
        self._clock = (part.start, now_s)
        self._files: dict[str, ChannelFile] = {}
        self._folder.mkdir(parents=True)
        try:
            self._describe()
            for channel in part.channels:
                self._files[channel] = ChannelFile(
                    self._folder / file_name(channel),
                    part.start,
                    _SERIALS.getrandbits(32),
                    _tags(part, channel, languages.get(channel, channel)),
                )
            self._sync_folder()
        except OSError:
            self.close()
            raise

    def write(self, frames: Iterable[Heard], now_s: float) -> int:
        """Add frames, fill the channels that send none, and wait until all is on the disk.

        Args:
            frames: in the order in which they came.
            now_s: monotonic time.

        Returns:
            The number of bytes that were written.

        Raises:
            OSError: not all was written.
        """
        ends = []
        for channel, frame in frames:
            if channel in self._files:
                self._files[channel].push(frame)
                ends.append(frame.position + opus_samples(frame.payload))
        if ends:
            self._clock = (max(ends), now_s)
        patient = self.position(now_s) - int(PATIENCE_S * CLOCK_HZ)
        written = 0
        for file in self._files.values():
            file.fill_to(patient)
            written += file.flush()
        return written

    def position(self, now_s: float) -> int:
        """The event clock, as the channel that is furthest tells it.

        Args:
            now_s: monotonic time.
        """
        position, at_s = self._clock
        return position + int((now_s - at_s) * CLOCK_HZ)

    def end(self, position: int) -> None:
        """End all files at a position of the event clock.

        Raises:
            OSError: not all was written.
        """
        for file in self._files.values():
            file.end(position)
        self.part = replace(self.part, complete=True)
        self._describe()
        self._sync_folder()

    def close(self) -> None:
        """Close the files as they are."""
        for file in self._files.values():
            file.close()

    def _describe(self) -> None:
        describe(self._folder, self.part)

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def describe(folder: Path, part: RecordingPart) -> None:
    """Write the description of a part, the old one or the new one whatever happens.

    Raises:
        OSError: it cannot be written.
    """
    new = folder / f"{DESCRIPTION}.new"
    with new.open("wb") as file:
        file.write(part.to_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / DESCRIPTION)


def _tags(part: RecordingPart, channel: str, language: str) -> dict[str, str]:
    """The comments of a file; the offset is what its times lack to be times of the event."""
    return {
        "TITLE": f"{part.title} ({language})",
        "LANGUAGE": language,
        "EVENT": part.event,
        "CHANNEL": channel,
        "PART": str(part.number),
        "START_OFFSET_MS": str(part.start_ms),
    }
