"""The documents of this repository, and what they name: links, files, commands."""

import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NOT_OURS = {"node_modules", "__pycache__", "data", "artifacts", "dist", "build"}
_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its path from the root."""
        return str(self.path.relative_to(ROOT))

    @property
    def prose(self) -> str:
        """The text without its blocks of code."""
        return _BLOCK.sub("", self.text)

    def links(self) -> list[str]:
        """Targets of its links that lead into the repository."""
        targets = _LINK.findall(_SPAN.sub("", self.prose))
        return [target for target in targets if "://" not in target]

    def spans(self) -> list[str]:
        """Pieces of code in running text."""
        paragraphs = self.prose.split("\n\n")
        return [" ".join(span.split()) for text in paragraphs for span in _SPAN.findall(text)]

    def lines_of_code(self) -> list[str]:
        """Lines of blocks of code, joined where they go on, and pieces of code in running text."""
        blocks = "\n".join(_BLOCK.findall(self.text)).replace("\\\n", " ")
        return [*blocks.splitlines(), *self.spans()]

    def anchors(self) -> set[str]:
        """Return the anchors to which a link can lead, as Git hosts spell them."""
        seen = Counter[str]()
        found = set()
        for heading in _HEADING.findall(self.prose):
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return found


@cache
def files() -> frozenset[str]:
    """Every file of the repository, by its path from the root; what is installed is left out."""
    found = set[str]()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or _is_ours(name)]
        found |= {str((Path(folder) / name).relative_to(ROOT)) for name in names}
    return frozenset(found)


def _is_ours(folder: str) -> bool:
    return not folder.startswith(".") and folder not in _NOT_OURS


@cache
def documents() -> list[Document]:
    """All Markdown files."""
    paths = [ROOT / name for name in sorted(files()) if name.endswith(".md")]
    return [Document(path, path.read_text()) for path in paths]


def document(path: Path) -> Document:
    """One of them."""
    return next(one for one in documents() if one.path == path)
