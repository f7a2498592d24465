"""Measures what the page of a screen keeps in memory over many hours of captions, at speed.

`python -m tests.benchmarks.screen_hours --hours 8` prints a line for each hour and ends with 1 if
the page has grown.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass

from playwright.async_api import CDPSession, Page

from tests.edge.screens.hall import SENTENCE_MS, Hall, hall
from tests.support.browser import own_chromium, until

LANGUAGES = ("es", "ar")
STEPS = 5
"""Versions in which a caption grows."""
AT_ONCE = 40
"""Sentences that the page is given before it is waited for."""
MOST_ELEMENTS = 400
MOST_GROWTH_BYTES = 2_000_000
"""Of the heap, from the end of the first hour to that of the last one."""
NEWEST = """([channel, number]) => document.querySelector(
  `[data-channel="${channel}"] [data-caption="${channel}-${number}"][data-final]`) !== null"""


@dataclass(frozen=True, slots=True)
class Kept:
    """The size of the page.

    Attributes:
        elements: of its document.
        heap_bytes: used after a collection.
        listeners: to events.
    """

    elements: int
    heap_bytes: int
    listeners: int


async def measured(page: Page, tools: CDPSession) -> Kept:
    """Collect what is not used, and measure the rest."""
    await tools.send("HeapProfiler.collectGarbage")
    found = await tools.send("Performance.getMetrics")
    metrics = {one["name"]: one["value"] for one in found["metrics"]}
    elements: int = await page.evaluate("document.querySelectorAll('*').length")
    return Kept(elements, int(metrics["JSHeapUsedSize"]), int(metrics["JSEventListeners"]))


async def speak(venue: Hall, page: Page, numbers: range) -> None:
    """Let both languages say these sentences, no faster than the page shows them."""
    for first in range(numbers.start, numbers.stop, AT_ONCE):
        some = range(first, min(first + AT_ONCE, numbers.stop))
        for number in some:
            for channel in LANGUAGES:
                await venue.say(channel, number, steps=STEPS)
        for channel in LANGUAGES:
            await until(page, NEWEST, [channel, some[-1]])


async def run(hours: int) -> bool:
    """Measure, print, and return whether the page has stayed as it was."""
    an_hour = 3_600_000 // SENTENCE_MS
    async with hall() as venue, own_chromium() as browser:
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"{venue.url}/screen/talk?lang={','.join(LANGUAGES)}")
        await page.locator("#corner-words span").first.wait_for()
        tools = await page.context.new_cdp_session(page)
        await tools.send("Performance.enable")
        print("hour  captions  elements  heap MB  event listeners")
        kept: list[Kept] = []
        for hour in range(1, hours + 1):
            await speak(venue, page, range((hour - 1) * an_hour, hour * an_hour))
            kept.append(await measured(page, tools))
            captions = hour * an_hour * len(LANGUAGES)
            one = kept[-1]
            print(
                f"{hour:4}  {captions:8}  {one.elements:8}  {one.heap_bytes / 1e6:7.2f}  "
                f"{one.listeners:15}",
                flush=True,
            )
    growth = kept[-1].heap_bytes - kept[0].heap_bytes
    flat = growth < MOST_GROWTH_BYTES and max(one.elements for one in kept) < MOST_ELEMENTS
    print(f"{'flat' if flat else 'GROWN'}: {growth / 1e6:+.2f} MB from the first hour to the last")
    return flat


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    sys.exit(0 if asyncio.run(run(parser.parse_args().hours)) else 1)


if __name__ == "__main__":
    main()
