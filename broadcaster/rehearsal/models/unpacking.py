"""Unpacks an archive that may be hostile: nothing leaves the folder, and nothing grows without end.

See the warnings of Python's `zipfile` and `tarfile`. Only files and folders are taken; sizes are
counted while they are written, whatever the archive says.
"""

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from broadcaster.rehearsal.models.refusal import ModelRefused

MOST_BYTES = 8 * 1024**3
"""Models that a processor can use are smaller: NLLB-200 with 3.3 billion weights has 3.3 GB."""
_MOST_FILES = 500
_CHUNK_BYTES = 1024 * 1024
_LONGEST_NAME = 200
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
)


def is_archive(path: Path) -> bool:
    """Whether a file is an archive that can be unpacked."""
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def unpack(archive: Path, into: Path, most_bytes: int = MOST_BYTES) -> None:
    """Unpack a zip or tar archive into an empty folder.

    Args:
        archive: the file.
        into: the folder.
        most_bytes: limit of all files together.

    Raises:
        ModelRefused: the archive is damaged, too large, or has a member that is no plain file.
        OSError: the folder cannot be written.
    """
    writer = _Writer(archive.name, into, most_bytes)
    with _explained(archive.name):
        if zipfile.is_zipfile(archive):
            _unzip(archive, writer)
        else:
            _untar(archive, writer)


def copy_folder(folder: Path, into: Path, most_bytes: int = MOST_BYTES) -> None:
    """Copy the files of a folder into an empty one; links are copied as what they lead to.

    Raises:
        ModelRefused: they are too large, or too many.
        OSError: they cannot be read, or the folder cannot be written.
    """
    writer = _Writer(folder.name, into, most_bytes)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as content:
                writer.write(path.relative_to(folder).as_posix(), content)


class _Writer:
    """Writes members below a folder.

    Args:
        source: what they come from, for messages.
        into: the folder.
        most_bytes: limit of all files together.
    """

    def __init__(self, source: str, into: Path, most_bytes: int) -> None:
        self._source, self._into = source, into
        self._most_bytes, self._left_bytes = most_bytes, most_bytes
        self._files = 0

    def refuse(self, name: str, why: str) -> ModelRefused:
        """The error about a member."""
        return ModelRefused(
            "unsafe_archive",
            f"{self._source} has a member that {why}: {name[:80]!r}",
            "Unpack it by hand, look at it, and give the folder instead.",
        )

    def write(self, name: str, content: IO[bytes]) -> None:
        """Write a file."""
        path = self._path(name)
        self._files += 1
        if self._files > _MOST_FILES:
            raise self._too_large(f"more than {_MOST_FILES} files")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                while chunk := content.read(_CHUNK_BYTES):
                    self._left_bytes -= len(chunk)
                    if self._left_bytes < 0:
                        raise self._too_large(f"more than {self._most_bytes / 1e9:.1f} GB")
                    file.write(chunk)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            raise self.refuse(name, "comes twice") from None

    def _path(self, name: str) -> Path:
        """Where a member goes."""
        parts = PurePosixPath(name).parts
        outside = name.startswith("/") or ".." in parts or "\\" in name or ":" in name
        if outside or not parts or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise self.refuse(name, "would be outside of its folder, or has no usable name")
        return self._into.joinpath(*parts)

    def _too_large(self, what: str) -> ModelRefused:
        return ModelRefused(
            "model_too_large",
            f"{self._source} has {what}",
            "Take a smaller model, or one with 8-bit weights (quantization int8).",
        )


def _unzip(archive: Path, writer: _Writer) -> None:
    with zipfile.ZipFile(archive) as members:
        for member in members.infolist():
            mode = member.external_attr >> 16
            if member.is_dir():
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or member.flag_bits & 1:
                raise writer.refuse(member.filename, "is a link or is encrypted")
            with members.open(member) as content:
                writer.write(member.filename, content)


def _untar(archive: Path, writer: _Writer) -> None:
    with tarfile.open(archive, "r:*") as members:
        for member in members:
            if member.isdir():
                continue
            content = members.extractfile(member) if member.isreg() else None
            if content is None:
                raise writer.refuse(member.name, "is a link or a device")
            with content:
                writer.write(member.name, content)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as wrong:
        raise ModelRefused(
            "archive_broken",
            f"{name} cannot be unpacked ({type(wrong).__name__})",
            "Load it again and compare its SHA-256 with the published one.",
        ) from None


def free_bytes(folder: Path) -> int:
    """Free space of the disk of a folder."""
    return shutil.disk_usage(folder).free
