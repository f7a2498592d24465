"""An announcement from the live view to phones: shown, dismissed, corrected and withdrawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.server import TOKEN, Server, running_server

pytestmark = pytest.mark.browser

SMALL = {"width": 360, "height": 640}
WIDE = {"width": 1280, "height": 900}


@asynccontextmanager
async def opened(browser: Browser, *urls: str, **options: Any) -> AsyncIterator[Page]:
    """A page of its own browser context; it visits the addresses one after the other."""
    context = await browser.new_context(reduced_motion="reduce", **options)
    page = await context.new_page()
    for url in urls:
        await page.goto(url)
    yield page
    await context.close()


async def picture(page: Page, folder: Path, name: str) -> None:
    await page.screenshot(path=folder / f"{name}.png")


async def announce(desk: Page, text: str, spanish: str, *, urgent: bool = False) -> None:
    await desk.get_by_label("Text", exact=True).fill(text)
    each = desk.locator(".announcement-each")
    if await each.get_attribute("open") is None:
        await each.locator("summary").click()
    await desk.get_by_role("textbox", name="Spanish").fill(spanish)
    if urgent:
        await desk.get_by_label("Urgent").check()
    await desk.get_by_role("button", name="Announce", exact=True).click()


async def test_an_announcement_reaches_phones_and_is_counted(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, headless_shell() as browser:
        await server.create("es", "ar", source_language="en")
        live = (f"{server.url}/desk?token={TOKEN}", f"{server.url}/desk/live/talk")
        phone_url = f"{server.url}/e/talk?lang=es"
        async with (
            opened(browser, *live, viewport=WIDE) as desk,
            opened(browser, phone_url, viewport=SMALL, color_scheme="dark") as phone,
        ):
            await desk.get_by_label("Text", exact=True).fill("Lunch")
            await desk.locator(".announcement-each summary").click()
            await desk.get_by_role("button", name="Translate").click()  # nobody is there
            await desk.locator(".announcement-said[data-tone='bad']").wait_for()
            await announce(desk, "Lunch is in hall 2", "La comida es en la sala 2")
            card = phone.locator(".announcement")
            await card.get_by_text("La comida es en la sala 2").wait_for()
            assert await phone.locator(".announcement-text").get_attribute("lang") == "es"
            assert await phone.locator("[aria-live='polite'] .announcement").count() == 1
            await desk.get_by_text("Phones: shown on 1, received by 1").wait_for()
            await announce(desk, "Leave the hall", "Salgan de la sala", urgent=True)
            await phone.locator("[aria-live='assertive'] .announcement").wait_for()
            assert await violations(phone) == []
            assert await violations(desk) == []
            await picture(phone, tmp_path, "phone")
            await picture(desk, tmp_path, "desk")
            listen = await phone.locator("#listen").bounding_box()
            assert listen is not None
            assert listen["y"] + listen["height"] <= SMALL["height"]
            await dismissed_corrected_and_withdrawn(desk, phone, server)


async def dismissed_corrected_and_withdrawn(desk: Page, phone: Page, server: Server) -> None:
    await phone.locator("[data-urgent='true'] button").press("Escape")
    await phone.locator("[data-urgent='true']").wait_for(state="detached")
    assert await phone.evaluate("document.activeElement.closest('.announcement') !== null")
    await phone.locator("[data-urgent='false'] button").click()
    await phone.locator(".announcement").wait_for(state="detached")
    await phone.reload()
    browser = phone.context.browser
    assert browser is not None
    async with opened(browser, f"{server.url}/e/talk") as late:
        await late.locator(".announcement").nth(1).wait_for()  # and the first phone had them, too
        assert await phone.locator(".announcement").count() == 0
        lunch = desk.locator(".announced", has_text="Lunch")
        await lunch.get_by_role("button", name="Correct", exact=True).click()
        await desk.get_by_label("Text", exact=True).fill("Lunch is in hall 3")
        await desk.get_by_role("button", name="Save the correction").click()
        await late.get_by_text("Lunch is in hall 3").wait_for()
        await phone.locator(".announcement").wait_for()
        await desk.get_by_role("button", name="Undo the correction").click()
        await late.get_by_text("Lunch is in hall 2").wait_for()
        await lunch.get_by_role("button", name="Withdraw").click()
        await phone.locator(".announcement").wait_for(state="detached")
        assert await late.locator(".announcement").count() == 1
        await lunch.get_by_role("button", name="Show again").click()
        await phone.locator(".announcement").wait_for()
