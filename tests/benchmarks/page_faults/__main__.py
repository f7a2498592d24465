"""Hear and read the attendee page while its network, its server and its browser fail.

    python -m tests.benchmarks.page_faults --write
    python -m tests.benchmarks.page_faults --only "no network" --transports whep

Chromium opens the page by each transport, behind a proxy and a UDP relay that can fail, at an edge
process that can be killed. What is played is recorded and compared with the melody of the channel,
and the captions with the server's whole list. All faults take 14 minutes.

The exit code is 1 if a goal is missed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser

from broadcaster.edge.attendee_page import NEWEST
from tests.benchmarks.page_faults.broadcast import Broadcast, broadcasting
from tests.benchmarks.page_faults.faults import FAULTS, Fault
from tests.benchmarks.page_faults.outcome import COLUMNS, Captions, Outcome, Sound, Times
from tests.benchmarks.page_faults.visit import FLAGS, TRANSPORTS, Visit, visiting
from tests.benchmarks.tables import Table, write
from tests.support.browser import chromium

DOCUMENT = Path(__file__).parents[3] / "docs" / "listening.md"
SETTLE_S = 14.0
"""Before a fault: a buffer has to find its length."""
READS_S = 2.0
"""Between the first caption and the tap."""
CAUGHT_UP_S = 5.0
"""The page is given this time to show the last caption."""
NOTE = (
    "Sound counts if it is the channel's own, by comparison with what was said. It is back when it "
    "is heard without a break, counted from the end of the cause, or from the tap. The longest "
    "silence is that of the whole visit. Delay is from the saying to the hearing, in the 5 s "
    "before the fault and after 30 s. Goals: sound after 2 s, after a tap 1.5 s, another channel "
    "1 s with no silence above 60 ms; the captions are the server's whole list; the delay is what "
    "it was."
)


async def outcomes(browser: Browser, fault: Fault, transports: Sequence[str]) -> list[Outcome]:
    """Let one fault happen to a page of each transport, in a broadcast of its own."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="broadcaster-page-"))
        talk = await stack.enter_async_context(broadcasting(Path(folder)))
        visits = [
            await stack.enter_async_context(visiting(browser, talk, transport, fault.network))
            for transport in transports
        ]
        await asyncio.sleep(READS_S)
        for visit in visits:
            await visit.listen()
        if not fault.is_tap:
            await asyncio.sleep(SETTLE_S)
        dry = [await visit.underruns() for visit in visits]
        began_s = time.time()
        await fault.make(talk, visits)
        ended_s = time.time()
        await asyncio.sleep(fault.after_s)
        over_s = time.time()
        full = await _full_list(talk, "ar" if fault.is_switch else "es", visits)
        found = []
        for visit, before in zip(visits, dry, strict=True):
            await visit.read()
            if fault.is_tap:
                times = Times(visit.tapped_s, visit.tapped_s, visit.tapped_s, over_s)
            elif fault.is_switch:
                heard_s = visit.tapped_s - SETTLE_S / 2
                times = Times(heard_s, visit.tapped_s, visit.tapped_s, over_s)
            else:
                times = Times(began_s - SETTLE_S / 2, began_s, ended_s, over_s)
            sound = await asyncio.to_thread(
                Sound.of, visit.recording, times, talk.began_s, switch=fault.is_switch
            )
            shown = await visit.shown()
            if fault.is_switch:  # another channel begins with its newest captions
                captions = Captions.of(shown[-NEWEST:], full[-NEWEST:])
            else:
                captions = Captions.of(shown, full)
            underruns = await visit.underruns() - (0 if fault.is_tap else before)
            found.append(Outcome(fault, visit.transport, sound, captions, underruns))
        return found


async def _full_list(talk: Broadcast, channel: str, visits: Sequence[Visit]) -> list[str]:
    """The server's list, when nothing is written any more and the pages had time to get it."""
    talk.speaks.clear()
    await asyncio.sleep(1.0)
    full = await talk.full_list(channel)
    waits_until = time.monotonic() + CAUGHT_UP_S
    while time.monotonic() < waits_until:
        shown = [await visit.shown() for visit in visits]
        if all(texts[-1:] == full[-1:] for texts in shown):
            break
        await asyncio.sleep(0.2)
    return full


async def rows(only: str, transports: Sequence[str]) -> list[tuple[str, ...]]:
    """Let the faults happen whose words contain a text, and print what came of each."""
    found = []
    async with chromium(*FLAGS) as browser:
        for fault in (one for one in FAULTS if only in one.what):
            for outcome in await outcomes(browser, fault, transports):
                found.append(outcome.row())
                print(" | ".join(found[-1]), flush=True)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults whose words contain this")
    parser.add_argument("--transports", nargs="+", default=TRANSPORTS, choices=TRANSPORTS)
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT}")
    options = parser.parse_args()
    load = f"Load of the machine before it ran: {os.getloadavg()[0]:.1f}."
    table = Table(
        "page-faults",
        "When something fails",
        "python -m tests.benchmarks.page_faults --write",
        COLUMNS,
        tuple(asyncio.run(rows(options.only, options.transports))),
        f"{NOTE} {load}",
    )
    if options.write:
        write(table, DOCUMENT)
    sys.exit(any("missed" in cells[-1] for cells in table.rows))


if __name__ == "__main__":
    main()
