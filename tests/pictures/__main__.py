"""Makes the pictures of the documents: `python -m tests.pictures [--only desk,phone-playing]`.

Chromium shows the pages with a talk in English and in the states of `tests/matrix/states.py`. The
pictures are written to docs/pictures/ as WebP, which Chromium encodes.
"""

import argparse
import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.matrix.events import Events, served_events
from tests.matrix.states import STATES, offline, playing, reading, settings, two_languages
from tests.matrix.tabs import ChromiumTab
from tests.pictures.desk import desk_page
from tests.pictures.organizer import ORGANIZER, organizer_desk
from tests.support.browser import chromium, until

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
QUALITY = 0.66
TITLE = "Water for everyone"
PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1280, "height": 800}
LARGE_TEXT = "--blink-settings=defaultFontSize=32"
BEHIND = "() => document.querySelector('#now-detail').textContent !== ''"
WEBP = """async ([png, quality]) => {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.toDataURL('image/webp', quality).split(',')[1];
}"""

Way = Callable[[ChromiumTab, Events], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the attendee page.

    Attributes:
        name: of the file.
        path: to open.
        enter: the way into the state.
        size: of the screen, in CSS pixels.
        context: more settings of the browser's context.
        flags: of the browser.
    """

    name: str
    path: str
    enter: Way
    size: dict[str, int] = field(default_factory=lambda: PHONE)
    context: dict[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


async def listening(tab: ChromiumTab, events: Events) -> None:
    """Sound is on, and the player says how far it is behind."""
    await playing(tab, events)
    await tab.until(BEHIND)


def state(name: str) -> tuple[str, Way]:
    """The path of a state of the matrix, and the way into it."""
    found = next(one for one in STATES if one.name == name)
    return found.path, found.enter


DARK = {"color_scheme": "dark"}
PICTURES = (
    Picture("phone-join", *state("join")),
    Picture("phone-ready", "/e/talk?lang=es", reading),
    Picture("phone-playing", "/e/talk?lang=es", listening),
    Picture("phone-dark", "/e/talk?lang=fr", listening, context=DARK),
    Picture("phone-arabic", "/e/talk?lang=ar", listening, context={"locale": "ar"}),
    Picture("phone-large-text", "/e/talk?lang=es", reading, flags=(LARGE_TEXT,)),
    Picture("phone-languages", *state("sheet")),
    Picture("phone-settings", "/e/talk?lang=es", settings),
    Picture("phone-two-languages", "/e/congress?lang=es", two_languages),
    Picture("phone-waiting", *state("waiting")),
    Picture("phone-connection-lost", "/e/talk?lang=es", offline),
    Picture("phone-ended", *state("ended, with file")),
    Picture("laptop-reading", "/e/talk?lang=ja", reading, LAPTOP, DARK),
)


async def photograph(picture: Picture, folder: Path) -> None:
    """Make one picture of the attendee page."""
    async with served_events(TITLE) as events, chromium(*picture.flags) as app:
        scale = 2 if picture.size == PHONE else 1
        settings_of = {"locale": "en-GB", "timezone_id": "Europe/London", **picture.context}
        context = await app.new_context(
            viewport=picture.size,  # type: ignore[arg-type]
            device_scale_factor=scale,
            reduced_motion="reduce",
            **settings_of,
        )
        tab = ChromiumTab(await context.new_page())
        await tab.goto(events.url + picture.path)
        await picture.enter(tab, events)
        await save(app, tab.page, folder / f"{picture.name}.webp")


async def photograph_desk(folder: Path) -> None:
    """Make the picture of the desk."""
    async with desk_page() as url, chromium() as app:
        page = await app.new_page(viewport=LAPTOP, reduced_motion="reduce")  # type: ignore[arg-type]
        await page.goto(url)
        await until(page, "() => document.querySelectorAll('tr[data-state=live]').length > 3")
        channels = page.locator("table", has=page.locator("tr[data-state=live]")).first
        await channels.evaluate("(table) => table.scrollIntoView({block: 'center'})")
        await save(app, page, folder / "desk.webp")


async def photograph_organizer(name: str, folder: Path) -> None:
    """Make one picture of the organizer's pages."""
    async with organizer_desk() as (url, desk), chromium() as app:
        page = await app.new_page(
            viewport=LAPTOP,  # type: ignore[arg-type]
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
        )
        await page.goto(desk)
        await until(page, "() => document.querySelectorAll('tr[data-state=live]').length > 3")
        await ORGANIZER[name](page, url)
        await save(app, page, folder / f"{name}.webp")


async def save(app: Browser, page: Page, file: Path) -> None:
    """Write what a page shows as WebP."""
    await page.evaluate("() => document.fonts.ready.then(() => {})")
    png = base64.b64encode(await page.screenshot()).decode()
    encoder = await app.new_page()
    webp = base64.b64decode(await encoder.evaluate(WEBP, [png, QUALITY]))
    await encoder.close()
    await asyncio.to_thread(file.write_bytes, webp)
    print(f"{file.name}: {len(webp) / 1000:.0f} kB", flush=True)


async def main() -> None:
    """Make all pictures, or some."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else []
    options.folder.mkdir(exist_ok=True)
    for picture in PICTURES:
        if not wanted or picture.name in wanted:
            await photograph(picture, options.folder)
    if not wanted or "desk" in wanted:
        await photograph_desk(options.folder)
    for name in ORGANIZER:
        if not wanted or name in wanted:
            await photograph_organizer(name, options.folder)


if __name__ == "__main__":
    asyncio.run(main())
