"""Chromium and Firefox, driven alike."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.async_api import Browser, Page

from tests.support import browser, firefox

BROWSERS = ("chromium", "firefox")


@dataclass(frozen=True, slots=True)
class Reader:
    """A person with a browser.

    Attributes:
        browser: one of `BROWSERS`.
        locale: the language of the phone.
        text_percent: size of text that is set in the browser.
        forced_colors: whether the system replaces all colours.
    """

    browser: str = "chromium"
    locale: str = "en"
    text_percent: int = 100
    forced_colors: bool = False


class Tab(Protocol):
    """A tab of either browser. Functions are JavaScript; arguments and values cross as JSON."""

    async def renew(self) -> None:
        """Give the tab the browser's focus; what it showed may be gone."""

    async def goto(self, url: str) -> None:
        """Load a page."""

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a function as if the user had tapped."""

    async def until(self, condition: str) -> None:
        """Wait until a function is true."""

    async def run(self, script: str) -> None:
        """Run a script that the page's CSP does not see."""

    async def press(self, key: str) -> None:
        """Press a key."""

    async def resize(self, width: int, height: int) -> None:
        """Give the page another size, in CSS pixels."""

    async def picture(self) -> bytes:
        """A picture of what is in sight, as PNG."""


@dataclass
class ChromiumTab:
    """A tab of Chromium.

    Attributes:
        page: Playwright's.
        asked: addresses of all requests and sockets.
        complaints: what the page has written to the console as an error, or thrown.
    """

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(browser.DEADLINE_MS)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    async def renew(self) -> None:
        await self.page.bring_to_front()

    async def goto(self, url: str) -> None:
        await self.page.goto(url)

    async def evaluate(self, function: str, *arguments: object) -> Any:
        return await self.page.evaluate(f"() => ({function})(...{json.dumps(arguments)})")

    async def until(self, condition: str) -> None:
        await browser.until(self.page, condition)

    async def run(self, script: str) -> None:
        await self.page.evaluate(f"{script}\n;0")

    async def press(self, key: str) -> None:
        await self.page.keyboard.press(key)

    async def resize(self, width: int, height: int) -> None:
        await self.page.set_viewport_size({"width": width, "height": height})

    async def picture(self) -> bytes:
        return await self.page.screenshot()


@asynccontextmanager
async def opened(
    reader: Reader, engine: browser.Engine = browser.chromium
) -> AsyncIterator[tuple[Tab, str]]:
    """A browser of a reader; yields its tab and its version."""
    if reader.browser == "firefox":
        async with firefox.firefox(_preferences(reader)) as (tab, version):
            yield tab, version
        return
    async with engine(f"--blink-settings=defaultFontSize={_root_px(reader)}") as app:
        yield ChromiumTab(await new_page(app, reader)), app.version


async def new_page(app: Browser, reader: Reader, **context: Any) -> Page:
    """A page of Chromium in a context of its own."""
    made = await app.new_context(
        locale=reader.locale,
        forced_colors="active" if reader.forced_colors else "none",
        reduced_motion="reduce",
        **context,
    )
    return await made.new_page()


def _root_px(reader: Reader) -> int:
    return 16 * reader.text_percent // 100


def _preferences(reader: Reader) -> dict[str, bool | int | str]:
    sizes = {
        f"font.size.variable.{group}": _root_px(reader)
        for group in ("x-western", "x-unicode", "ar", "ja")
    }
    colors = {"browser.display.document_color_use": 2 if reader.forced_colors else 1}
    motion = {"ui.prefersReducedMotion": 1}
    return {"intl.accept_languages": reader.locale, **sizes, **colors, **motion}
