"""Checks every state of the organizer's pages in Chromium.

    python -m tests.matrix.desk [--states "sound check,sign-in"] [--write]
    python -m tests.matrix.desk --pictures /tmp/desk

Each state is looked at in four widths, light and dark: axe-core may find nothing, and nothing may
be cut off, covered, too small, or wider than the page. Then it is shown in forced colours, 360 and
1280 pixels wide: the Tab key has to reach every control, and each has to show that it has the
focus. It takes some minutes.
"""

import argparse
import asyncio
import sys
from itertools import product
from pathlib import Path

from tests.benchmarks.tables import Table, write
from tests.matrix.checking import Finding
from tests.matrix.desk.looking import THEMES, WIDTHS, looked_at, used
from tests.matrix.desk.served import desk_with_everything
from tests.matrix.desk.states import STATES
from tests.support.browser import chromium

DOCUMENT = Path(__file__).parents[3] / "docs" / "measurements.md"
FORCED_WIDTHS = (360, 1280)


def table(results: dict[str, list[Finding]]) -> Table:
    """The table of what was wrong with each state."""
    looks = len(WIDTHS) * len(THEMES)
    rows = [
        (name, *(["✓"] * 2 if not found else [f"**{len(found)} wrong**", ""]))
        for name, found in results.items()
    ]
    return Table(
        "desk-states",
        "Every state of the organizer's pages",
        "python -m tests.matrix.desk --write",
        ("state", f"{looks} looks", "keyboard and forced colours"),
        tuple(rows),
        f"A state is looked at {', '.join(map(str, WIDTHS))} pixels wide, light and dark. A look "
        "passes if axe-core finds nothing, and nothing is cut off, covered, too small to tap or "
        "wider than the page. In forced colours, the Tab key has to reach every control, and each "
        "has to show its focus.",
    )


async def main() -> None:
    """Check, print, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", default="", help="only these, by name, separated by commas")
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each look")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    wanted = options.states.split(",") if options.states else [state.name for state in STATES]
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    results = dict[str, list[Finding]]()
    async with desk_with_everything() as url, chromium() as browser:
        for state in STATES:
            if state.name not in wanted:
                continue
            looks = tuple(product(WIDTHS, THEMES))
            found = await looked_at(browser, url, state, looks, options.pictures)
            for width in FORCED_WIDTHS:
                found += await used(browser, url, state, width, options.pictures)
            results[state.name] = found
            print(f"{state.name}: {len(found)}", flush=True)
            for one in found:
                print(f"  {one.where}: {one.problem}", flush=True)
    made = table(results)
    print(made.markdown())
    if options.write:
        write(made, DOCUMENT)
    sys.exit(any(results.values()))


if __name__ == "__main__":
    asyncio.run(main())
