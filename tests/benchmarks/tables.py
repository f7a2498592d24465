"""Tables of results: printed, and on demand written into docs/performance.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.cpu import machine

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Table:
    """One table with where it comes from.

    Attributes:
        name: of its place in the document.
        title: what was measured.
        command: that measures it again.
        columns: heads; the first column names the row.
        rows: cells, ready to print.
        note: how to read it.
    """

    name: str
    title: str
    command: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        """A section of the document, measured now."""
        where = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"
        lines = [f"## {self.title}", "", f"`{self.command}`: {where}", ""]
        lines += [_line(self.columns), "|" + "---|" * len(self.columns), *map(_line, self.rows)]
        return "\n".join([*lines, *(["", self.note] if self.note else []), ""])


def write(table: Table, document: Path = DOCUMENT) -> None:
    """Put a table into its place in a document, or at the end when it has none.

    A place is what stands between the comments `<!-- name -->` and `<!-- /name -->`.
    """
    begin, end = f"<!-- {table.name} -->\n", f"<!-- /{table.name} -->\n"
    section = begin + table.markdown() + end
    text = document.read_text()
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    replaced, found = place.subn(lambda _: section, text)
    document.write_text(replaced if found else f"{text}\n{section}")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
