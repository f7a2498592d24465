"""Tables of results: printed, kept as JSON in artifacts/, and rendered into docs/performance.md."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.cpu import machine

KEPT = Path(__file__).parents[2] / "artifacts" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Table:
    """One table with where it comes from.

    Attributes:
        name: of its file, and its place in the document.
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
    measured: str = ""

    def markdown(self) -> str:
        """A section of the document."""
        lines = [f"## {self.title}", "", f"`{self.command}` ({self.measured})", ""]
        lines += [_line(self.columns), "|" + "---|" * len(self.columns), *map(_line, self.rows)]
        return "\n".join([*lines, *(["", self.note] if self.note else []), ""])


def show(table: Table) -> None:
    """Print a table and keep it for the document."""
    measured = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"
    dated = Table(**{**asdict(table), "measured": measured})
    print("\n" + dated.markdown(), flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{table.name}.json").write_text(json.dumps(asdict(dated), indent=1) + "\n")


def kept(name: str) -> Table | None:
    """The table that was measured last under this name."""
    path = KEPT / f"{name}.json"
    if not path.exists():
        return None
    raw = json.loads(path.read_text())
    rows = tuple(tuple(row) for row in raw["rows"])
    return Table(**{**raw, "columns": tuple(raw["columns"]), "rows": rows})


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
