"""The file of one channel: its packets as they were broadcast, and silence where none came."""

import os
from collections.abc import Mapping
from pathlib import Path

from broadcaster.audio.ogg.opus_pages import OpusPages
from broadcaster.audio.ogg.repair import end_file
from broadcaster.audio.ogg.silence import SHORTEST_SAMPLES, silence
from broadcaster.model.audio import AudioFrame, opus_samples

_FILLED_AT_ONCE = 24_000 * 60
"""A minute of silence is made at a time, so that an hour of it needs no memory."""


class ChannelFile:
    """Writes one file. All methods block: call them in a thread, one at a time.

    Args:
        path: of the file, which must not exist.
        start: event-clock sample at which it begins.
        serial: of its Ogg stream.
        tags: its comments.

    Raises:
        OSError: the file cannot be made or written.
    """

    def __init__(self, path: Path, start: int, serial: int, tags: Mapping[str, str]) -> None:
        self._start = start
        self._pages = OpusPages(serial, tags)
        self._path = path
        self._file = path.open("xb", buffering=0)
        self._write(self._pages.take())

    @property
    def reached(self) -> int:
        """The first position of the event clock that the file does not have yet."""
        return self._start + self._pages.samples

    def push(self, frame: AudioFrame) -> None:
        """Add a frame in its place. What is not Opus, or comes too late, is left out.

        Raises:
            OSError: a long silence before it cannot be written.
        """
        samples = opus_samples(frame.payload)
        if not samples or frame.position < self.reached - SHORTEST_SAMPLES:
            return
        self.fill_to(frame.position)
        self._pages.push(frame.payload, samples)

    def fill_to(self, position: int) -> None:
        """Add silence up to a position, or up to 2.5 ms before it.

        Raises:
            OSError: a long silence cannot be written.
        """
        while (missing := position - self.reached) >= SHORTEST_SAMPLES:
            for packet, samples in silence(min(missing, _FILLED_AT_ONCE)):
                self._pages.push(packet, samples)
            if missing > _FILLED_AT_ONCE:
                self._write(self._pages.take())

    def flush(self) -> int:
        """Write what was added, and wait until it is on the disk; returns the number of bytes.

        Raises:
            OSError: it cannot be written.
        """
        data = self._pages.take()
        if data:
            self._write(data)
            os.fdatasync(self._file.fileno())
        return len(data)

    def end(self, position: int) -> None:
        """Fill or cut the file so that it ends at a position, mark its end, and close it.

        Raises:
            OSError: it cannot be written.
        """
        self.fill_to(position)
        self.flush()
        self.close()
        end_file(self._path, position - self._start)

    def close(self) -> None:
        """Close it as it is."""
        self._file.close()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
