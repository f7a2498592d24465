"""The table of roles and their memory."""

from collections.abc import Mapping

from tests.benchmarks.memory.sampling import SETTLED_MIN, Series
from tests.benchmarks.tables import Table

_PARTS = ("rss", "anonymous", "malloc_used", "malloc_free", "python_blocks")
_COLUMNS = (
    *("role", f"RSS at {SETTLED_MIN:g} min → at the end, MB", "least – most", "drift"),
    *("MB per hour", "anonymous, MB", "malloc in use, MB", "malloc free, MB"),
    "Python objects, thousands",
)


def memory_table(name: str, title: str, command: str, series: Mapping[str, Series]) -> Table:
    """A row for each role, see `Table` for the other arguments."""
    rows = []
    for role, one in sorted(series.items()):
        rss, *others = (f"{one.begin(part):.1f} → {one.end(part):.1f}" for part in _PARTS)
        extremes = f"{one.least():.1f} – {one.most():.1f}"
        drift, slope = f"{one.drift_percent():+.1f} %", f"{one.slope_mb_per_hour():+.2f}"
        rows.append((role, rss, extremes, drift, slope, *others))
    return Table(name, title, command, _COLUMNS, tuple(rows))
