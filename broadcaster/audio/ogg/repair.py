"""Reads and writes the end of an Ogg Opus file, also of one that a power cut has left."""

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
    packets_of,
    read_page,
)
from broadcaster.audio.ogg.silence import SHORTEST_SAMPLES, silence
from broadcaster.audio.opus import OPUS_HZ
from broadcaster.model.audio import CLOCK_HZ, opus_samples

_FEW_PACKETS = 200
"""That certainly fit on one page: silent packets are a few bytes long."""
_PER_SAMPLE = OPUS_HZ // CLOCK_HZ


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """How far a file goes.

    Attributes:
        samples: the length that a player plays, on the event clock.
        marked: whether its last page says that it is the last one.
    """

    samples: int
    marked: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A whole page of a file, and where it begins."""

    page: OggPage
    offset: int


def stream_end(path: Path) -> StreamEnd | None:
    """How far a file goes, also while it is written; None if it has no page.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        found = _last_page(file, file.seek(0, os.SEEK_END))
    if found is None:
        return None
    samples = max(0, found.page.granule - PRE_SKIP) // _PER_SAMPLE
    return StreamEnd(samples, bool(found.page.flags & LAST))


def played_samples(path: Path) -> int:
    """The length of a file on the event clock, also while it is written; 0 if it has no page.

    Raises:
        OSError: it cannot be read.
    """
    end = stream_end(path)
    return end.samples if end is not None else 0


def end_file(path: Path, samples: int) -> None:
    """Make a file exactly as long as wanted, and mark its end.

    What is no whole page is cut off. The granule position of the last page tells players where in
    its last packet the sound ends (RFC 7845 section 4.4). A file with a marked end stays as it is.

    Args:
        path: of the file, to which nobody writes.
        samples: what a player is to play, on the event clock.

    Raises:
        OSError: it cannot be read or written.
    """
    wanted = samples * _PER_SAMPLE + PRE_SKIP
    with path.open("r+b") as file:
        found = _last_page(file, file.seek(0, os.SEEK_END))
        if found is None or found.page.flags & LAST:
            return
        while (before := _last_page(file, found.offset)) and before.page.granule >= wanted:
            found = before
        last = _cut(found.page, wanted)
        pages = [last, *_silent_pages(last, wanted)]
        pages[-1] = pages[-1].as_last()
        file.seek(found.offset)
        file.write(b"".join(page.to_bytes() for page in pages))
        file.truncate()
        file.flush()
        os.fdatasync(file.fileno())


def _cut(page: OggPage, granule: int) -> OggPage:
    """A page without what is behind a granule position; the same one if nothing is."""
    if page.granule <= granule:
        return page
    packets = packets_of(page)
    lengths = [opus_samples(packet) * _PER_SAMPLE for packet in packets]
    kept, reached = 0, page.granule - sum(lengths)
    while reached < granule:
        reached += lengths[kept]
        kept += 1
    return packet_page(packets[:kept], page.flags, granule, page.serial, page.number)


def _silent_pages(page: OggPage, granule: int) -> list[OggPage]:
    """The pages that follow a page, up to a granule position, which may be within a packet."""
    missing = -(-(granule - page.granule) // _PER_SAMPLE)
    packets = silence(missing)
    if sum(length for _, length in packets) < missing:
        packets += silence(SHORTEST_SAMPLES)
    made: list[OggPage] = []
    reached, number = page.granule, page.number
    for first in range(0, len(packets), _FEW_PACKETS):
        few = packets[first : first + _FEW_PACKETS]
        reached += sum(length for _, length in few) * _PER_SAMPLE
        number += 1
        end = min(reached, granule)
        made.append(packet_page([packet for packet, _ in few], 0, end, page.serial, number))
    return made


def _last_page(file: BinaryIO, limit: int) -> _Found | None:
    """The last whole page before an offset; two of the largest ones fit into what is read."""
    start = max(0, limit - 2 * LARGEST_PAGE_BYTES)
    file.seek(start)
    data = file.read(limit - start)
    offset = len(data)
    while (offset := data.rfind(CAPTURE, 0, offset)) >= 0:
        page = read_page(data, offset)
        if page is not None and page.granule != NO_PACKET:
            return _Found(page, start + offset)
    return None
