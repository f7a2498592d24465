"""Hours of captions on a real page, as fast as it shows them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Browser, CDPSession, Page

from tests.benchmarks.page_hours.captions import PER_HOUR, publish, versions
from tests.edge.conftest import Edge
from tests.support.browser import Attendee, until

BATCH = 50
"""Captions that are on their way to the page together."""
REPORT_H = 0.5
LOOKS_BACK_H = 1.0
SHOWN = """(id) => document.querySelector(`[data-caption="${id}"]`)?.dataset.final === ''"""
COUNT = "() => document.querySelectorAll('[data-caption]').length"


@dataclass(frozen=True, slots=True)
class PageSize:
    """The size of a page after some hours.

    Attributes:
        hours: of the talk.
        heap_bytes: of JavaScript, after a collection of garbage.
        nodes: of the document, with those that are kept without being in it.
        listeners: of events.
        captions: in the document.
    """

    hours: float
    heap_bytes: int
    nodes: int
    listeners: int
    captions: int


async def reading(edge: Edge, browser: Browser, hours: float) -> AsyncIterator[PageSize]:
    """Read a talk; yields the size of the page each half hour of it."""
    attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
    page = attendee.page
    await page.wait_for_selector("#channels label")
    devtools = await page.context.new_cdp_session(page)
    total = round(hours * PER_HOUR)
    for first in range(0, total, BATCH):
        last = min(first + BATCH, total) - 1
        for number in range(first, last + 1):
            for caption in versions(number):
                await publish(edge, caption)
        await until(page, SHOWN, f"es-{last}")
        if _passes(first, last, LOOKS_BACK_H):
            await look_back(page)
        if _passes(first, last, REPORT_H) or last == total - 1:
            yield await size_of(page, devtools, (last + 1) / PER_HOUR)
    if attendee.errors:
        raise SystemExit(f"the page complained: {attendee.errors}")
    await page.context.close()


async def look_back(page: Page) -> None:
    """Scroll far up, as a reader does, and return to the newest caption."""
    await page.hover("#scroller")
    for _ in range(5):
        await page.mouse.wheel(0, -4_000)
        await asyncio.sleep(0.05)
    await page.click("#newest")


async def size_of(page: Page, devtools: CDPSession, hours: float) -> PageSize:
    """The size of a page now."""
    await devtools.send("HeapProfiler.collectGarbage")
    heap = await devtools.send("Runtime.getHeapUsage")
    counted = await devtools.send("Memory.getDOMCounters")
    return PageSize(
        hours,
        heap["usedSize"],
        counted["nodes"],
        counted["jsEventListeners"],
        await page.evaluate(COUNT),
    )


def _passes(first: int, last: int, every_h: float) -> bool:
    """Whether one of these captions ends a span of time."""
    step = round(every_h * PER_HOUR)
    return (last + 1) // step > first // step
