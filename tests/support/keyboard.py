"""A person with a keyboard and no pointer: the focus must always be in sight."""

import asyncio
from typing import Any

from playwright.async_api import Page

from tests.matrix.checking import CHECKS
from tests.support.deadline import deadline

_FOCUS = "() => window.matrix.focus()"
_IS = "(selector) => document.activeElement?.matches(selector) ?? false"
_LOOKS = 20
_MOST_STOPS = 150


class Keyboard:
    """Keys pressed on a page.

    Attributes:
        stops: how often the focus was looked at.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.stops = 0

    async def press(self, key: str) -> None:
        """Press a key."""
        await self._page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Type into the field that has the focus."""
        await self._page.keyboard.type(text)

    async def to(self, selector: str, key: str = "Tab") -> None:
        """Press Tab until an element has the focus; each stop on the way shows that it has it."""
        for _ in range(_MOST_STOPS):
            if await self._page.evaluate(_IS, selector):
                await self._is_seen()
                return
            await self.press(key)
            await self._is_seen()
        raise AssertionError(f"{key} does not reach {selector}")

    async def enter(self, selector: str, key: str = "Tab") -> None:
        """Go to an element by Tab, and press Enter there."""
        await self.to(selector, key)
        await self.press("Enter")

    async def has(self, selector: str) -> None:
        """Wait until the focus is on an element, as after a dialog was closed."""
        async with deadline(20):
            while not await self._page.evaluate(_IS, selector):
                await asyncio.sleep(0.05)
        await self._is_seen()

    async def _is_seen(self) -> None:
        """The element with the focus has an outline, is in sight and is not covered."""
        if not await self._page.evaluate("() => 'matrix' in window"):
            checks = await asyncio.to_thread(CHECKS.read_text)
            await self._page.evaluate(f"{checks}\n;0")
        self.stops += 1
        found: list[str] = []
        for _ in range(_LOOKS):
            focused: dict[str, Any] | None = await self._page.evaluate(_FOCUS)
            found = [] if focused is None else focused["found"]
            if not found:
                return
            await asyncio.sleep(0.05)  # it may be scrolling into sight
        shown = await self._page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"{found}: {shown}")
