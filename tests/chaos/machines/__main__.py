"""Faults of machines: each role is killed and ended, Redis and the store fail, while a talk runs.

    python -m tests.chaos.machines
    python -m tests.chaos.machines --only "Redis is down" --show
    python -m tests.chaos.machines --write

A file is published as a speaker's client does it. One listener and one reader of each channel come
back as the attendee page does. Each fault takes about a minute, in real time. The small disk needs
root; elsewhere the size of the server's files is limited.

The exit code is 1 if a fault breaks the goal.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.tables import Table, write
from tests.chaos.machines.faults import FAULTS, run_fault_in_new_folder
from tests.chaos.machines.outcome import BACK_S, COLUMNS, outcomes, row
from tests.chaos.machines.refusals import REFUSALS, refused
from tests.chaos.machines.site import CHANNELS, SENTENCES, Site

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
NOTE = (
    "Three values are the original, Spanish and French. A gap is the longest time in which a "
    f"listener got no new sound; the goal is {BACK_S:.0f} s after the cause has ended, and no word "
    "lost or repeated. A single process without Redis that is killed may lose 3 s of speech."
)


def show(site: Site) -> None:
    """Print what every channel wrote."""
    for channel in CHANNELS:
        print(f"    {channel}: {' '.join(site.seen[channel].text.written.split())}")


async def fault_rows(only: str, rounds: int, *, shown: bool) -> list[tuple[str, ...]]:
    """Make the faults; the row of each is that of its worst round."""
    rows = []
    for fault in (one for one in FAULTS if only in one.what):
        found = []
        for _ in range(rounds):
            site = await run_fault_in_new_folder(fault)
            found.append(outcomes(site))
            if shown:
                show(site)
        worst = max(
            found,
            key=lambda channels: (
                not all(one.is_within_goal(fault) for one in channels),
                max(one.gap_s for one in channels),
            ),
        )
        rows.append(row(fault, worst))
        print(" | ".join(rows[-1]), flush=True)
    return rows


async def refusal_rows(only: str) -> list[tuple[str, ...]]:
    """Start servers that must refuse to serve."""
    rows: list[tuple[str, ...]] = []
    for refusal in (one for one in REFUSALS if only in one.what):
        with tempfile.TemporaryDirectory() as folder:
            sentence, named = await refused(refusal, Path(folder))
        verdict = "yes" if named else "**no**"
        rows.append((refusal.what, f"does not start: {sentence}", "", "", "", verdict))
        print(" | ".join(rows[-1]), flush=True)
    return rows


async def table(only: str, rounds: int, *, shown: bool) -> Table:
    """All faults whose words contain a text."""
    load_before = os.getloadavg()[0]
    rows = await fault_rows(only, rounds, shown=shown) + await refusal_rows(only)
    load = f"Load of the machine before it ran: {load_before:.1f}."
    talk_s = SENTENCES[FAULTS[0].sentences - 1].end_ms / 1_000
    shown_rounds = "one round" if rounds == 1 else f"the worst of {rounds} rounds"
    note = f"{NOTE} Talk of {talk_s:.0f} s; {shown_rounds}. {load}"
    command = "python -m tests.chaos.machines --write"
    return Table("machines", "When machines fail", command, COLUMNS, tuple(rows), note)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults whose words contain this")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what every channel wrote")
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT}")
    options = parser.parse_args()
    made = asyncio.run(table(options.only, options.rounds, shown=options.show))
    print(f"\n{made.markdown()}")
    if options.write:
        write(made, DOCUMENT)
    sys.exit(any("no" in cells[-1] for cells in made.rows))


if __name__ == "__main__":
    main()
