"""Pages, scripts and styles of `listener_web/`, read once and sent from memory.

Two thousand phones fetch them within seconds; a file opened and compressed for each of them would
be most of the work of a crowd that joins at once.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from aiohttp import ETag, web

SUFFIXES = frozenset({".html", ".js", ".json", ".css", ".svg", ".woff2"})
_ANY = ETag("*")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Attributes:
        body: as it is.
        packed: compressed with gzip; None if it is compressed already.
        etag: changes with the content.
        content_type: for the header, with the character set of a text.
    """

    body: bytes
    packed: bytes | None
    etag: str
    content_type: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and compress a file."""
        body = path.read_bytes()
        etag = hashlib.sha256(body).hexdigest()[:16]
        if path.suffix == ".woff2":
            return cls(body, None, etag, "font/woff2")
        kind = mimetypes.types_map[path.suffix]
        return cls(body, gzip.compress(body, mtime=0), etag, f"{kind}; charset=utf-8")

    def answer(self, request: web.Request) -> web.Response:
        """The file, or 304 when the client has it.

        It is asked for every time: scripts of two versions must not mix after an upgrade.
        """
        headers = {
            "Cache-Control": "no-cache",
            "ETag": f'"{self.etag}"',
            "Vary": "Accept-Encoding",
            "Content-Type": self.content_type,
        }
        known = request.if_none_match or ()
        if any(tag.value == self.etag or tag == _ANY for tag in known):
            return web.Response(status=304, headers=headers)
        if self.packed is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self.body, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return web.Response(body=self.packed, headers=headers)


@cache
def assets() -> dict[str, Asset]:
    """All files by their path in `listener_web/`, such as `stage/stage.html`.

    The first call reads them; later calls answer from memory.
    """
    package = Path(__file__).parents[1]
    installed = package / "listener_web"
    root = installed if installed.is_dir() else package.parent / "listener_web"
    folders = [path for path in root.iterdir() if path.is_dir() and path.name != "node_modules"]
    return {
        f"{folder.name}/{path.name}": Asset.read(path)
        for folder in folders
        for path in folder.iterdir()
        if path.suffix in SUFFIXES
    }
