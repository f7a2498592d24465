"""The links of a chained Ogg file, each read as a file of its own.

FFmpeg stops at a link whose codec or channels differ from the first one's (RFC 3533 section 4 lets
them differ), so every link gets its own demuxer.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_CAPTURE = b"OggS"
_HEADER_BYTES = 27
_BEGINS_STREAM = 0x02
_SEARCH_BYTES = 65_536


class FileSlice(io.RawIOBase):
    """Bytes `start` to `end` of a file, for readers that want a whole file."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._start = start
        self._end = end
        self._file.seek(start)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        left = max(0, self._end - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset in the slice."""
        base = {os.SEEK_SET: self._start, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._end}
        return self._file.seek(max(self._start, base[whence] + offset)) - self._start

    def tell(self) -> int:
        """The offset in the slice."""
        return self._file.tell() - self._start

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def find_ogg_links(path: Path) -> list[tuple[int, int]]:
    """Start and end of every link; empty if the file is not Ogg.

    Raises:
        OSError: the file cannot be read.
    """
    starts: list[int] = []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if file.read(len(_CAPTURE)) != _CAPTURE:
            return []
        beginning_before = False
        for offset, beginning in _pages(file, size):
            if beginning and not beginning_before:
                starts.append(offset)
            beginning_before = beginning
    return list(zip(starts, [*starts[1:], size], strict=True))


def _pages(file: BinaryIO, size: int) -> Iterator[tuple[int, bool]]:
    """Offset of each page, and whether it begins a logical stream (RFC 3533 section 6)."""
    offset = 0
    while offset < size:
        file.seek(offset)
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            return
        if not header.startswith(_CAPTURE):
            found = _next_page(file, offset + 1)
            if found is None:
                return
            offset = found
            continue
        yield offset, bool(header[5] & _BEGINS_STREAM)
        lacing = file.read(header[26])
        offset += _HEADER_BYTES + len(lacing) + sum(lacing)


def _next_page(file: BinaryIO, offset: int) -> int | None:
    """Where the next page begins after damage."""
    while True:
        file.seek(offset)
        window = file.read(_SEARCH_BYTES)
        found = window.find(_CAPTURE)
        if found >= 0:
            return offset + found
        if len(window) < _SEARCH_BYTES:
            return None
        offset += len(window) - len(_CAPTURE) + 1
