"""Finds the licence in the files of a model."""

import re
from dataclasses import dataclass
from pathlib import Path

_NAMES = re.compile(r"(licen[cs]e|copying|unlicense)([-_.].*)?", re.IGNORECASE)
_NOTES = re.compile(r"readme(\.md|\.txt)?", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^license(?:_name)?:[ \t]*[\"']?([^\s\"'][^\n\"']*)", re.MULTILINE)
_SENTENCE = re.compile(
    r"\b(CC0|CC[- ]BY(?:-NC)?(?:-SA|-ND)?(?:[- ]\d\.\d)?|Apache[- ](?:License,? )?"
    r"(?:Version )?2\.0|MIT License)",
    re.IGNORECASE,
)
_MOST_BYTES = 200_000
_SHOWN_LINES = 6


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that was found.

    Attributes:
        name: its name, or the first line of its text.
        text: its first lines; empty if only its name is told.
        file: where it was found.
    """

    name: str
    text: str
    file: str


def find_licence(folder: Path) -> Licence | None:
    """The licence of the model in a folder; None if no file tells it."""
    files = sorted(one for one in folder.iterdir() if one.is_file())
    for path in files:
        if _NAMES.fullmatch(path.name) and (lines := _lines(path)):
            return Licence(lines[0], "\n".join(lines[:_SHOWN_LINES]), path.name)
    for path in files:
        if not _NOTES.fullmatch(path.name):
            continue
        text = "\n".join(_lines(path))
        front = _FRONT_MATTER.search(text)
        found = _FIELD.search(front[1]) if front else None
        found = found or _FIELD.search(text) or _SENTENCE.search(text)
        if found:
            return Licence(found[1].strip(), "", path.name)
    return None


def _lines(path: Path) -> list[str]:
    """The lines of a text that are not empty."""
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    return [line.strip() for line in text.splitlines() if line.strip()]
