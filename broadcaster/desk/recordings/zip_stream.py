"""A ZIP file that is made while it is sent: however large, it needs neither memory nor disk."""

import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file of a ZIP file.

    Attributes:
        name: with its folder in the ZIP file.
        content: its bytes, or where they are.
    """

    name: str
    content: bytes | Path


class _Sink:
    """A file that can only be written to, and is emptied again and again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        """Called by `zipfile`."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Called by `zipfile`."""

    def close(self) -> None:
        """Called by `zipfile`."""

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zip_stream(entries: Iterable[ZipEntry]) -> Iterator[bytes]:
    """The pieces of a ZIP file, which block on the disk: take them in a thread.

    The files are stored as they are, because Opus cannot be compressed. A file that still grows is
    taken as long as it is when its turn comes. Sizes are those of ZIP64, so there is no limit.

    Args:
        entries: its files, in order.

    Raises:
        OSError: a file cannot be read.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, time.localtime()[:6])
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as file:
                for piece in _pieces(entry.content):
                    file.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
