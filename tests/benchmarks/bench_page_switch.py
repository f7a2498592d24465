"""Measure how soon another channel is heard on the attendee page, and whether the change is heard.

    python -m tests.benchmarks.bench_page_switch --switches 100

Chromium listens by WebSocket to an edge on this machine and changes between two channels. Times are
from the tap until the other channel is the louder one in the sound that is played. The gap is the
longest of each change, the click the level above 6 kHz that the channels do not have.
"""

import argparse
import asyncio
from datetime import UTC, datetime

import numpy as np

from tests.edge.channel_switch import NOTE_TAPS, heard_switch, tones
from tests.edge.conftest import running_edge
from tests.edge.voices import speaking
from tests.support.browser import Attendee, chromium

GENEROUS_MS = 2_000.0
"""Far above what is printed: the page waits for its deadline when this fails."""
SETTLE_S = 20.0
"""The buffer begins cautiously; after this it is as small as the network lets it be."""
STATS = """() => ['underruns', 'target_ms'].map((name) => window.broadcasterPlayer[name])"""


async def main(switches: int) -> None:
    """Change channel `switches` times and print what was heard."""
    sounds = await asyncio.to_thread(tones)
    async with running_edge() as edge, speaking(edge, sounds), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=ws")
        await page.listen()
        await page.record()
        await page.page.evaluate(NOTE_TAPS)
        await asyncio.sleep(SETTLE_S)
        heard = [
            await heard_switch(page, "es" if number % 2 else "ar") for number in range(switches)
        ]
        underruns, target_ms = await page.page.evaluate(STATS)
    print(f"{datetime.now(UTC):%Y-%m-%d}: {switches} changes, in milliseconds")
    report("tap → the other channel is heard", [one.after_ms for one in heard])
    report("longest gap", [one.gap_ms for one in heard])
    print(f"loudest click {20 * np.log10(max(one.click for one in heard)):.0f} dB")
    print(f"buffer {target_ms:.0f} ms, {underruns} underruns")
    if max(one.after_ms for one in heard) > GENEROUS_MS:
        raise SystemExit("a channel did not come by the connection that was there")


def report(what: str, values_ms: list[float]) -> None:
    """Print a line about one figure of all changes."""
    p50, p99 = np.percentile(values_ms, [50, 99])
    print(f"{what}: p50 {p50:.0f}, p99 {p99:.0f}, most {max(values_ms):.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--switches", type=int, default=100)
    asyncio.run(main(parser.parse_args().switches))
