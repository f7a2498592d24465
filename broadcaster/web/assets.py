"""Pages, scripts and styles of `listener_web/`, read once and sent from memory.

Two thousand phones fetch them within seconds; a file opened and compressed for each of them would
be most of the work of a crowd that joins at once. A file is joined and compressed when it is first
asked for: most processes send few of them, and to prepare all takes half a second of a start.

A page names its files by `/static/<version>/<path>`, where the version changes whenever any file
does. So a browser keeps them for ever, and scripts of two versions do not mix. At such an address a
script comes with all that it imports, and the styles of a page are one file. `/static/<path>`
answers with a source as it is, for people who want to read it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

from aiohttp import ETag, web

from broadcaster.web.pages.documents import Document
from broadcaster.web.pages.encodings import (
    CODINGS,
    IDENTITY,
    Effort,
    coding_headers,
    coding_of,
    encoded,
)
from broadcaster.web.pages.prepared import PreparedOnce
from broadcaster.web.pages.scripts import ParsedScript, joined

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Of the files that are served, by their suffix. Those with a character set are texts."""
FOR_EVER = "public, max-age=31536000, immutable"
ASKED_EVERY_TIME = "no-cache"
NOT_KEPT = "no-store"
_ANY = ETag("*")
_LEFT_OUT = re.compile(rb"/\*.*?\*/\s*|^[ \t]+", re.DOTALL | re.MULTILINE)
"""Comments and indentation, in styles."""
_VERSIONED = re.compile(r"([0-9a-f]{16})/(.+)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Attributes:
        bodies: its content by the coding.
        etag: changes with the content.
        content_type: for the header, with the character set of a text.
    """

    bodies: Mapping[str, bytes]
    etag: str
    content_type: str

    @classmethod
    def of(cls, path: str, body: bytes, effort: Effort = Effort.THOROUGH) -> Self:
        """Compress a file, if it is a text."""
        plain = cls.plain(path, body)
        if not _is_text(path):
            return plain
        bodies = {coding: encoded(body, coding, effort) for coding in CODINGS}
        return replace(plain, bodies=bodies)

    @classmethod
    def plain(cls, path: str, body: bytes) -> Self:
        """A file that is always sent as it is."""
        etag = hashlib.sha256(body).hexdigest()[:16]
        return cls({IDENTITY: body}, etag, CONTENT_TYPES[Path(path).suffix])

    @property
    def media_type(self) -> str:
        """Its content type without the character set."""
        return self.content_type.partition(";")[0]

    @property
    def body(self) -> bytes:
        """Its content as it is."""
        return self.bodies[IDENTITY]

    def answer(self, request: web.Request, kept: str = ASKED_EVERY_TIME) -> web.Response:
        """The file, or 304 when the client has it.

        Args:
            request: its coding is used.
            kept: the header Cache-Control.
        """
        headers = {"Cache-Control": kept, "ETag": f'"{self.etag}"', "Vary": "Accept-Encoding"}
        known = request.if_none_match or ()
        if any(tag.value == self.etag or tag == _ANY for tag in known):
            return web.Response(status=304, headers=headers)
        coding = coding_of(request) if len(self.bodies) > 1 else IDENTITY
        headers |= {"Content-Type": self.content_type, **coding_headers(coding)}
        return web.Response(body=self.bodies[coding], headers=headers)


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their path in `listener_web/`, such as `stage/stage.html`.

    Attributes:
        version: changes with any of them.
        sources: as they are.
        sent: as pages get them: scripts with what they import, styles joined, and pages without
            answers.
        documents: the pages.
    """

    version: str
    sources: Mapping[str, Asset]
    sent: PreparedOnce[Asset]
    documents: Mapping[str, Document]

    @classmethod
    def of(cls, sources: Mapping[str, bytes]) -> Self:
        """Pages of these files; scripts and styles are joined and compressed when they are sent.

        Raises:
            NotJoinable: by `sent`, if a script cannot be joined with what it imports.
        """
        digest = hashlib.sha256()
        for path, source in sorted(sources.items()):
            digest.update(f"{path}\0{len(source)}\0".encode() + source)
        version = digest.hexdigest()[:16]
        documents, styles = {}, {}
        for path in [path for path in sources if path.endswith(".html")]:
            document = Document.parse(sources[path].decode(), f"{path}.css")
            start = _versioned(document.start.encode(), version).decode()
            documents[path] = replace(document, start=start)
            styles[f"{path}.css"] = document.styles
        waited_for = {file for page in documents.values() for file in page.files}
        scripts = PreparedOnce(
            [path for path in sources if path.endswith(".js")],
            lambda path: ParsedScript(path, sources[path]),
        )

        def body(path: str) -> bytes:
            if path in scripts:
                return joined(scripts, path).encode()
            if path in styles:
                return _LEFT_OUT.sub(b"", b"".join(sources[style] for style in styles[path]))
            return sources[path]

        def prepare(path: str) -> Asset:
            if path in documents:
                return Asset.of(path, documents[path].with_answers({}))
            if not _is_text(path):
                return Asset.plain(path, sources[path])
            effort = Effort.UTMOST if path in waited_for else Effort.THOROUGH
            return Asset.of(path, _versioned(body(path), version), effort)

        plain = {path: Asset.plain(path, source) for path, source in sources.items()}
        sent = PreparedOnce([*sources, *styles], prepare)
        return cls(version, plain, sent, documents)

    def address(self, path: str) -> str:
        """The address of a file, as the pages name it."""
        return f"/static/{self.version}/{path}"

    def prepare_page(self, path: str) -> None:
        """Prepare now what a page waits for, because many will ask for it at the same time."""
        for file in self.documents[path].files:
            self.sent[file]

    async def answer(self, request: web.Request, file: str) -> web.Response:
        """The answer of `/static/{file}`.

        A page of another version gets the file of this one: it was loaded before an upgrade, or
        from a server that has not been upgraded yet. It must not keep the file.

        Raises:
            web.HTTPNotFound: there is no such file.
        """
        if match := _VERSIONED.fullmatch(file):
            if match[2] in self.sent:
                asset = await self.sent.ready(match[2])
                return asset.answer(request, FOR_EVER if match[1] == self.version else NOT_KEPT)
        elif (source := self.sources.get(file)) is not None:
            return source.answer(request)
        raise web.HTTPNotFound


@cache
def assets() -> Assets:
    """All files. The first call reads them; later calls answer from memory."""
    package = Path(__file__).parents[1]
    installed = package / "listener_web"
    root = installed if installed.is_dir() else package.parent / "listener_web"
    folders = [path for path in root.iterdir() if path.is_dir() and path.name != "node_modules"]
    return Assets.of(
        {
            path.relative_to(root).as_posix(): path.read_bytes()
            for folder in folders
            for path in _files(folder)
            if path.suffix in CONTENT_TYPES
        }
    )


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _is_text(path: str) -> bool:
    return "charset" in CONTENT_TYPES[Path(path).suffix]


def _versioned(body: bytes, version: str) -> bytes:
    """A file that names others by their version."""
    return body.replace(b"/static/", f"/static/{version}/".encode())
