"""Reads and repairs the end of an Ogg Opus file, also of one that a power cut has left."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from broadcaster.audio.ogg.opus_pages import PRE_SKIP
from broadcaster.audio.ogg.pages import (
    CAPTURE,
    LARGEST_PAGE_BYTES,
    LAST,
    NO_PACKET,
    OggPage,
    packet_page,
    read_page,
)
from broadcaster.audio.ogg.silence import silence
from broadcaster.audio.opus import OPUS_HZ
from broadcaster.model.audio import CLOCK_HZ

_FEW_PACKETS = 200
"""That certainly fit on one page: silent packets are a few bytes long."""


@dataclass(frozen=True, slots=True)
class _End:
    """The last whole page of a file, and where it begins."""

    page: OggPage
    offset: int

    @property
    def samples(self) -> int:
        """The length that a player plays, on the event clock."""
        return max(0, self.page.granule - PRE_SKIP) * CLOCK_HZ // OPUS_HZ


def played_samples(path: Path) -> int:
    """The length of a file on the event clock, also while it is written; 0 if it has no page.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        end = _find_end(file)
    return end.samples if end is not None else 0


def close_file(path: Path, samples: int) -> None:
    """End a file in order that was left while it was written: cut what is no page, fill, mark.

    Args:
        path: of the file.
        samples: the length that it gets on the event clock; a longer one keeps its own.

    Raises:
        OSError: it cannot be read or written.
    """
    with path.open("r+b") as file:
        end = _find_end(file)
        if end is None or end.page.flags & LAST:
            return
        file.seek(end.offset + end.page.size)
        file.truncate()
        missing = silence(max(0, samples - end.samples))
        page, offset = end.page, end.offset
        for first in range(0, len(missing), _FEW_PACKETS):
            few = missing[first : first + _FEW_PACKETS]
            granule = page.granule + sum(length for _, length in few) * OPUS_HZ // CLOCK_HZ
            packets = [packet for packet, _ in few]
            offset = file.tell()
            page = packet_page(packets, 0, granule, page.serial, page.number + 1)
            file.write(page.to_bytes())
        file.seek(offset)
        file.write(page.as_last().to_bytes())
        file.flush()
        os.fdatasync(file.fileno())


def _find_end(file: BinaryIO) -> _End | None:
    """The last whole page; two of the largest ones fit into what is read."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 2 * LARGEST_PAGE_BYTES)
    file.seek(start)
    data = file.read()
    offset = len(data)
    while (offset := data.rfind(CAPTURE, 0, offset)) >= 0:
        page = read_page(data, offset)
        if page is not None and page.granule != NO_PACKET:
            return _End(page, start + offset)
    return None
