"""Draws the icons for phones from the one of the pages: `python -m tests.icons`.

Phones want pictures of fixed sizes. Some cut a shape of their own out of a picture, so there the
ground reaches to the edges and the mark keeps away from them.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import ViewportSize

from tests.support.browser import chromium

WEB = Path(__file__).parents[1] / "listener_web"
MARK = WEB / "shared" / "icon.svg"
_GROUND = 'rx="8" '
"""The corners of the ground."""
_MARK_SCALE = '<g fill="none"'


@dataclass(frozen=True, slots=True)
class Icon:
    """One picture.

    Attributes:
        name: of its file in `listener_web/icons/`.
        side_px: its width and height.
        mark_scale: the size of the mark, or None for the icon as it is, with round corners.
    """

    name: str
    side_px: int
    mark_scale: float | None = None

    def svg(self, source: str) -> str:
        """The drawing.

        Args:
            source: of the pages' icon, 32 units wide.
        """
        size = f'<svg width="{self.side_px}" height="{self.side_px}" '
        drawing = source.replace("<svg ", size, 1)
        if self.mark_scale is None:
            return drawing
        offset = 16 * (1 - self.mark_scale)
        moved = f'<g transform="translate({offset} {offset}) scale({self.mark_scale})" fill="none"'
        return drawing.replace(_GROUND, "", 1).replace(_MARK_SCALE, moved, 1)


ICONS = (
    Icon("icon-192", 192),
    Icon("icon-512", 512),
    Icon("maskable-512", 512, mark_scale=0.78),
    Icon("touch-180", 180, mark_scale=0.92),
)


async def draw(folder: Path) -> None:
    """Write all icons into a folder."""
    source = await asyncio.to_thread(MARK.read_text)
    async with chromium() as browser:
        for icon in ICONS:
            side = ViewportSize(width=icon.side_px, height=icon.side_px)
            page = await browser.new_page(viewport=side)
            await page.set_content(f"<style>body {{margin: 0}}</style>{icon.svg(source)}")
            await page.screenshot(path=folder / f"{icon.name}.png", omit_background=True)
            await page.close()


if __name__ == "__main__":
    asyncio.run(draw(WEB / "icons"))
