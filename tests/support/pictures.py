"""Pictures of pages for a person to look at."""

import os
from pathlib import Path

from playwright.async_api import Page

SIZES = ((360, 640), (1280, 800))


async def photograph(page: Page, name: str) -> None:
    """Keep pictures of a page as it is, if BROADCASTER_PICTURES names a folder."""
    folder = os.environ.get("BROADCASTER_PICTURES")
    if folder:
        before = page.viewport_size
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png")
        if before:
            await page.set_viewport_size(before)
