"""Uploads one file so that it arrives once, whatever is interrupted. Blocks."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from broadcaster.archive.upload.bucket import Bucket, UploadFailed, UploadGone, Window

PART_BYTES = 8 * 1024 * 1024
"""S3 takes from 5 MiB, and 10,000 parts of a file: 80 GB."""

Remember = Callable[[str], None]
"""Takes the id of an upload that goes on after a restart."""


@dataclass(frozen=True, slots=True)
class _Digests:
    whole: bytes
    parts: tuple[bytes, ...]

    @property
    def etags(self) -> frozenset[str]:
        """The ETags that services give to a file: its MD5, or that of the MD5s of its parts."""
        joined = hashlib.md5(b"".join(self.parts), usedforsecurity=False).hexdigest()
        return frozenset({self.whole.hex(), f"{joined}-{len(self.parts)}"})


class FileUpload:
    """Uploads a file that does not change any more.

    Args:
        bucket: takes it.
        path: of the file.
        name: of the object.
        stopping: ends it when it is set.
        sent: called with the number of bytes of each part that has arrived.
        part_bytes: of each part.
    """

    def __init__(
        self,
        bucket: Bucket,
        path: Path,
        name: str,
        stopping: threading.Event,
        sent: Callable[[int], None],
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._bucket = bucket
        self._path = path
        self._name = name
        self._stopping = stopping
        self._sent = sent
        self._part_bytes = part_bytes

    def run(self, upload: str, remember: Remember) -> None:
        """Upload it, and check that it is there.

        Args:
            upload: id of the upload that a former process began; empty for none.
            remember: called with the id of an upload before its first part is sent.

        Raises:
            OSError: the file cannot be read.
            UploadFailed: it is not there yet; call it again later.
            UploadStopped: it is not to be sent any more.
        """
        size = self._path.stat().st_size
        digests = self._digests(size)
        if self._is_there(size, digests):  # the answer was lost, or what was done was not written
            self._sent(size)
            return
        if size <= self._part_bytes:
            with closing(self._window(0, size)) as body:
                self._bucket.put(self._name, body, digests.whole)
            self._sent(size)
        else:
            try:
                self._send_parts(size, digests, upload, remember)
            except UploadGone as gone:
                remember("")
                raise UploadFailed("NoSuchUpload") from gone
        try:
            arrived = self._bucket.found(self._name)[0]
        except UploadGone as gone:
            raise UploadFailed("NoSuchKey") from gone
        if arrived != size:
            raise UploadFailed("other_size")

    def _is_there(self, size: int, digests: _Digests) -> bool:
        try:
            return self._bucket.found(self._name) in {(size, one) for one in digests.etags}
        except UploadGone:
            return False

    def _send_parts(self, size: int, digests: _Digests, upload: str, remember: Remember) -> None:
        arrived: dict[int, str] = {}
        if upload:
            try:
                arrived = self._bucket.parts(self._name, upload)
            except UploadGone:
                upload = ""
        if not upload:
            upload = self._bucket.begin(self._name)
            remember(upload)
        etags: dict[int, str] = {}
        try:
            for number, digest in enumerate(digests.parts, 1):
                offset = (number - 1) * self._part_bytes
                length = min(self._part_bytes, size - offset)
                if arrived.get(number) == digest.hex():
                    etags[number] = digest.hex()
                else:
                    with closing(self._window(offset, length)) as body:
                        etags[number] = self._bucket.put_part(
                            self._name, upload, number, body, digest
                        )
                self._sent(length)
        except FileNotFoundError:  # the event was deleted
            self._bucket.abort(self._name, upload)
            raise
        self._bucket.complete(self._name, upload, etags)

    def _digests(self, size: int) -> _Digests:
        whole = hashlib.md5(usedforsecurity=False)
        parts: list[bytes] = []
        for offset in range(0, size, self._part_bytes):
            with closing(self._window(offset, min(self._part_bytes, size - offset))) as window:
                part = hashlib.md5(usedforsecurity=False)
                while piece := window.read(1 << 20):
                    part.update(piece)
                    whole.update(piece)
                parts.append(part.digest())
        return _Digests(whole.digest(), tuple(parts))

    def _window(self, offset: int, length: int) -> Window:
        return Window(self._path, offset, length, self._stopping)
