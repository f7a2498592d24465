"""The reviewer's page in a browser, by keyboard alone, and the attendee's page that follows it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.desk.review.reviewing import Desk, desk_and_edge
from tests.edge.conftest import Edge
from tests.support.axe import violations
from tests.support.browser import headless_shell

PICTURES = os.environ.get("BROADCASTER_TEST_PICTURES", "")
SCREEN = ViewportSize(width=1366, height=768)


@asynccontextmanager
async def pages() -> AsyncIterator[tuple[Desk, Edge, Browser, str]]:
    """The parts, and the link of a reviewer."""
    async with desk_and_edge() as (desk, edge), headless_shell() as browser:
        made = {"name": "Rita", "role": "reviewer"}
        token = await desk.ask("POST", "/api/events/talk/tokens", 201, json=made)
        yield desk, edge, browser, token["link"]


async def photograph(page: Page, name: str) -> None:
    """Keep pictures of a state, if pictures are wanted."""
    if not PICTURES:
        return
    for scheme in ("light", "dark"):
        for width, height in ((1366, 768), (360, 740)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png")
    await page.emulate_media(color_scheme=None)
    await page.set_viewport_size(SCREEN)


async def opened(browser: Browser, address: str) -> Page:
    context = await browser.new_context(viewport=SCREEN, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(address)
    return page


async def holds_captions_back(page: Page, edge: Edge, said: Locator) -> None:
    """The reviewer sees a caption that readers do not see yet."""
    await page.select_option("[name=hold]", "5")
    await expect(page.locator(".hold-state")).to_have_text("Captions are held back by 5 seconds")
    await edge.caption(3_000, "Solo aquí.")
    await expect(page.locator("#lines .line-text").nth(2)).to_have_text("Solo aquí.")
    await expect(said).to_have_count(2)
    await photograph(page, "held")
    await page.select_option("[name=hold]", "0")
    await expect(said).to_have_count(3)


async def replaces_words(page: Page) -> None:
    """The list of replaced words, by keyboard."""
    await page.locator("[name=find]").focus()
    await page.keyboard.type("conose")
    await page.keyboard.press("Tab")
    await page.keyboard.type("conoce")
    await page.keyboard.press("Enter")
    row = page.locator(".replacement")
    await expect(row).to_contain_text("conose")
    await photograph(page, "replacing")
    await row.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await page.keyboard.press("Enter")  # the focus is on Undo
    await expect(row).to_have_count(1)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")


async def test_two_keys_correct_the_last_caption_and_each_step_is_undone() -> None:
    async with pages() as (_, edge, browser, link):
        await edge.caption(1_000, "El agua no conose")
        await edge.caption(2_000, "fronteras.")
        reader = await opened(browser, f"{edge.url}/e/talk?read=es")
        said = reader.locator("#captions .caption")
        await expect(said).to_have_text(["El agua no conose", "fronteras."])
        page = await opened(browser, link)
        lines = page.locator("#lines .line-text")
        await expect(lines).to_have_text(["El agua no conose", "fronteras."])
        assert "token" not in page.url
        await expect(page.locator("#lines")).to_be_focused()

        async def press(*keys: str) -> None:
            for key in keys:
                await page.keyboard.press(key)

        await press("ArrowUp", "ArrowUp")
        await expect(page.locator(".editor-field")).to_have_value("El agua no conose")
        await photograph(page, "editing")
        assert await violations(page) == []
        await press("Backspace", "Backspace")
        await page.keyboard.type("ce")
        await press("Enter")
        await expect(said).to_have_text(["El agua no conoce", "fronteras."])
        mark = "(element) => getComputedStyle(element, '::after').content"
        assert await said.first.evaluate(mark) == '"(corrected)"'
        await expect(reader.locator("#announcer")).to_have_text("")
        await expect(page.locator("#said")).to_have_text("The caption is corrected.")

        await press("h")
        await expect(said.nth(1)).to_be_hidden()
        await photograph(page, "revised")
        assert await violations(page) == []
        await press("z")
        await expect(said.nth(1)).to_be_visible()
        await press("Control+z")
        await expect(said.first).to_have_text("El agua no conose")
        assert await said.first.evaluate(mark) == "none"
        await press("y")
        await expect(said.first).to_have_text("El agua no conoce")

        await press("?")
        await expect(page.locator("dialog.shortcuts")).to_be_visible()
        await photograph(page, "shortcuts")
        assert await violations(page) == []
        await press("Escape")
        await expect(page.locator("#lines")).to_be_focused()
        await holds_captions_back(page, edge, said)
        await replaces_words(page)


async def test_a_change_by_somebody_else_is_said_and_nothing_is_lost() -> None:
    async with pages() as (desk, edge, browser, link):
        await edge.caption(1_000, "El agua")
        page = await opened(browser, link)
        await expect(page.locator("#lines .line-text")).to_have_text(["El agua"])
        await page.keyboard.press("h")
        await expect(page.locator("#undo")).to_be_enabled()
        await desk.revise("es-1000", 1, hidden=False, text="El río")
        await expect(page.locator("#lines .line-text")).to_have_text(["El río"])
        await page.keyboard.press("z")
        await expect(page.locator("#problem")).to_contain_text("somebody else", ignore_case=True)
        await expect(page.locator("#undo")).to_be_disabled()
        await expect(page.locator("#lines .line-text")).to_have_text(["El río"])
