"""A browser that looks at the states of the organizer's pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from broadcaster.web.access.credentials import COOKIE
from broadcaster.web.organizer import Organizer
from tests.matrix.checking import Finding, look, walk, without_colours
from tests.matrix.desk.states import DeskState
from tests.matrix.tabs import ChromiumTab, Reader, new_page
from tests.support.processes import TOKEN

WIDTHS = (360, 768, 1280, 1920)
THEMES = ("light", "dark")
HEIGHT = 900
MOST_HIGH = 2_600
"""Pixels of a picture."""


@asynccontextmanager
async def entered(
    browser: Browser, url: str, state: DeskState, width: int, *, forced_colors: bool = False
) -> AsyncIterator[ChromiumTab]:
    """A tab in this state, in a context of its own."""
    page = await new_page(
        browser,
        Reader(forced_colors=forced_colors),
        viewport={"width": width, "height": HEIGHT},
        timezone_id="Europe/Berlin",
    )
    try:
        if state.signed_in:
            cookie = {"name": COOKIE, "value": Organizer(TOKEN).cookie(), "url": url}
            await page.context.add_cookies([cookie])  # type: ignore[list-item]
        tab = ChromiumTab(page)
        await tab.goto(url + state.path)
        await state.enter(page)
        yield tab
    finally:
        await page.context.close()


async def looked_at(
    browser: Browser,
    url: str,
    state: DeskState,
    looks: tuple[tuple[int, str], ...],
    pictures: Path | None = None,
) -> list[Finding]:
    """Everything that is wrong with a state in some widths and themes, entered once."""
    found = list[Finding]()
    async with entered(browser, url, state, looks[0][0]) as tab:
        for width, theme in looks:
            found += await look(tab, state, width, HEIGHT, theme)
            if pictures is not None:
                await photographed(tab, pictures, f"{state.name}-{width}-{theme}")
    return found


async def used(
    browser: Browser, url: str, state: DeskState, width: int, pictures: Path | None = None
) -> list[Finding]:
    """Everything that is wrong by keyboard, and with the colours of the system."""
    async with entered(browser, url, state, width, forced_colors=True) as tab:
        found = await without_colours(tab, state)
        if pictures is not None:
            await photographed(tab, pictures, f"{state.name}-{width}-forced")
        return found + await walk(tab, state)


async def photographed(tab: ChromiumTab, folder: Path, name: str) -> None:
    """Keep a picture of a dialog, or of the beginning of the page, for a person."""
    path = folder / f"{name}.png".replace(" ", "_")
    page = tab.page
    if await page.locator("dialog[open]").count():
        await page.screenshot(path=path)
        return
    width, height = await tab.evaluate("() => [innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, MOST_HIGH)}
    await page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]
