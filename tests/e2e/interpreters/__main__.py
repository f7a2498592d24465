"""`python -m tests.e2e.interpreters`: the walk on both sites, with its figures as tables."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.interpreters.sites import apart, one_process
from tests.e2e.interpreters.voices import ANA, LUC
from tests.e2e.interpreters.walk import Walk, walk

SITES = {"one process": one_process, "floor, booths, edge and desk apart, Redis": apart}


def row(site: str, done: Walk) -> str:
    """A line of the table."""
    taken = [done.heard_after_s(ANA, "take"), done.heard_after_s(LUC, "back")]
    silences = [done.longest_silence_s(step) for step in ("take", "lost", "back", "release")]
    leaks = [
        done.leak_db(LUC, "take", "handover"),
        done.leak_db(ANA, "handover", "lost"),
        done.leak_db(LUC, "lost", "back"),
        done.leak_db(LUC, "release", "end"),
    ]
    figures = [
        *(f"{seconds:.2f} s" for seconds in (*taken, done.between_s(), *silences)),
        f"{max(leaks):.0f} dB",
        f"{done.both_s():.2f} s",
    ]
    return f"| {site} | {' | '.join(figures)} |"


def relay_row(site: str, done: Walk) -> str:
    """A line of the table of Portuguese."""
    ana, luc = (ANA, "take", "handover"), (LUC, "back", "release")
    late = [done.relay_late_s(voice, step) for voice, step, _ in (ana, luc)]
    fits = {
        channel: [done.relay_fit(*turn, channel) for turn in (ana, luc)]
        for channel in ("fr", "es", "floor")
    }
    leaks = [done.relay_leak_db(ANA, LUC, *ana[1:]), done.relay_leak_db(LUC, ANA, *luc[1:])]
    figures = [
        *(f"{seconds:.2f} s" for seconds in late),
        *(f"{fit:.2f}" for fit in fits["fr"]),
        f"{max(*fits['es'], *fits['floor']):.2f}",
        f"{max(leaks):.0f} dB",
    ]
    return f"| {site} | {' | '.join(figures)} |"


async def main() -> None:
    """Walk and print."""
    walks = {}
    print(
        "| site | taken → heard | network back → heard | between partners | longest silence: taken "
        "| network lost | network back | given to the AI | voice that should be off | both heard |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, site_of in SITES.items():
        with TemporaryDirectory(prefix="broadcaster-interpreters-") as folder:
            walks[name] = await walk(site_of, Path(folder))
        print(row(name, walks[name]), flush=True)
    print(
        "\n| site | French → Portuguese: Ana | Luc | fits French: Ana | Luc "
        "| fits the floor or Spanish at most | voice that should be off |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, done in walks.items():
        print(relay_row(name, done))


if __name__ == "__main__":
    asyncio.run(main())
