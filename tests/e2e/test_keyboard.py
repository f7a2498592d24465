"""From creating an event to going live by keyboard alone, with the focus always in sight."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.life.desk import WAIT_MS, programme
from tests.support.browser import headless_shell
from tests.support.keyboard import Keyboard
from tests.support.processes import rehearsal_server
from tests.support.server import TOKEN, Server, running_server

pytestmark = pytest.mark.browser
CARD = ".event"


@asynccontextmanager
async def keyboard(folder: Path) -> AsyncIterator[tuple[Server, Page, Keyboard]]:
    """The sign-in of the desk, with a provider behind it."""
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(rehearsal_server())
        server = await stack.enter_async_context(running_server(folder, realtime_url=provider))
        browser = await stack.enter_async_context(headless_shell())
        context = await browser.new_context(
            locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{server.url}/desk")
        keys = Keyboard(page)
        await keys.has("#token")
        await keys.type(TOKEN)
        await keys.press("Enter")
        await page.locator("#account").wait_for()
        yield server, page, keys


async def test_an_event_is_created_checked_and_taken_live(tmp_path: Path) -> None:
    async with keyboard(tmp_path) as (server, page, keys):
        await create(page, keys)
        await dialogs(page, keys)
        card = page.locator(CARD)
        await keys.enter(f"{CARD} .check-run")
        await expect(card.locator(".check-run")).to_have_text("Check again", timeout=WAIT_MS)
        await keys.has(f"{CARD} .check-run")
        await keys.enter(f"{CARD} .step", "Shift+Tab")
        await expect(card).to_have_attribute("data-state", "live")
        await keys.has(f"{CARD} .step")
        async with server.http.get("/api/events") as answer:
            [event] = await answer.json()
        assert [(one["tag"], one["interpreter"], one["always"]) for one in event["languages"]] == [
            ("nl", "converse", True)
        ]
        await keys.press("Enter")
        await expect(card).to_have_attribute("data-state", "paused")
        await keys.to("[name='pause-notice']")
        await keys.type("Back at 3")
        await keys.press("Enter")
        await keys.to(f"{CARD} .step", "Shift+Tab")
        await keys.press("Space")
        await expect(card).to_have_attribute("data-state", "live")
        await keys.enter(f"{CARD} .close")
        await keys.enter("#confirm-close")
        await expect(card).to_have_attribute("data-state", "closed")
        await keys.has(f"{CARD} .step")
        await keys.enter(f"{CARD} .menu summary")
        await keys.enter(f"{CARD} .delete")
        await keys.has("#delete-title")
        await keys.type("Keynote")
        await keys.enter("#confirm-delete-submit")
        await card.wait_for(state="detached")
        await keys.has("#new-event")


async def create(page: Page, keys: Keyboard) -> None:
    """An event with one language, of two that were chosen, and its interpreter."""
    await keys.enter("#new-event")
    await keys.has("#event-title")
    await keys.press("Escape")
    await keys.has("#new-event")
    await keys.press("Space")
    await keys.type("Keynote")
    await keys.to("#language-filter")
    for tag in ("nl", "es"):
        await keys.type(tag)
        await keys.press("Enter")
    await expect(page.locator("#chosen-languages button")).to_have_count(2)
    await keys.to("#chosen-languages button", "Shift+Tab")
    await expect(page.locator("#chosen-languages button:focus")).to_contain_text("es")
    await keys.press("Enter")
    await keys.has("#language-filter")
    await keys.type("dutch")  # the list becomes short
    await keys.to("#advanced > summary")
    await keys.press("Space")
    await keys.to("[name='interpreter']")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.to("[name='always']")
    await keys.press("Space")
    await keys.enter("#create-submit")
    await expect(page.locator(CARD)).to_have_attribute("data-state", "open")
    await keys.has("#new-event")


async def dialogs(page: Page, keys: Keyboard) -> None:
    """Each is left by Escape, and the focus is where it was."""
    await keys.enter(f"{CARD} .edit")
    await keys.has("#event-title")
    await keys.press("Escape")
    await keys.has(f"{CARD} .edit")
    await keys.enter(f"{CARD} .menu summary")
    await keys.press("Escape")
    await keys.has(f"{CARD} .menu summary")
    for item in (".delete", ".tokens"):
        await keys.press("Enter")
        await keys.enter(f"{CARD} {item}")
        await page.locator("dialog[open]").wait_for()
        await keys.to("dialog[open] button")
        await keys.press("Escape")
        await keys.has(f"{CARD} .menu summary")
    await keys.press("Enter")
    await keys.enter(f"{CARD} .tokens")
    await keys.to("dialog[open] [name=name]")
    await keys.type("Ana")
    await keys.to("dialog[open] [name=role]")
    await keys.press("ArrowDown")
    await keys.enter("dialog[open] [type=submit]")
    await page.locator(".token-made img").wait_for()
    await keys.enter(".token:not([data-token='stage-link']) .revoke")
    await keys.enter("dialog[open] .sure", "Shift+Tab")
    await keys.has("#access-title")
    await keys.press("Escape")
    await keys.has(f"{CARD} .menu summary")
    await keys.enter(f"{CARD} .close")
    await page.locator("#confirm[open]").wait_for()
    await keys.press("Escape")
    await keys.has(f"{CARD} .close")


async def test_a_programme_is_imported(tmp_path: Path) -> None:
    async with keyboard(tmp_path / "data") as (_, page, keys):
        await keys.enter("a[href='/desk/conferences']")
        await page.locator("#new").wait_for()
        await keys.enter("#new")
        await keys.has("#title")
        await keys.type("Water")
        await keys.to("#rooms")
        await keys.type("Great hall")
        await keys.to("#tags")
        await keys.type("es")
        await keys.to("#live")
        await keys.press("Space")
        await keys.enter("#form [type=submit]")
        await page.locator(".conference").wait_for()
        await keys.has("#new")
        await keys.enter(".conference button")
        await keys.has("#title")
        await keys.enter("#form [type=submit]")
        await keys.has(".conference button")
        await keys.to(".conference input[type=file]")
        begins = datetime.now(UTC) + timedelta(days=1)
        async with page.expect_file_chooser() as choosing:
            await keys.press("Space")
        await (await choosing.value).set_files(
            {
                "name": "schedule.json",
                "mimeType": "application/json",
                "buffer": json.dumps(programme(begins)).encode(),
            }
        )
        await page.get_by_role("button", name="Import these changes").wait_for()
        await keys.enter(".import .primary")
        await expect(page.locator(".import .primary")).to_have_count(0)
        await keys.has(".conference input[type=file]")


async def test_the_live_view_is_used(tmp_path: Path) -> None:
    async with keyboard(tmp_path) as (server, page, keys):
        await server.create("es")
        await page.goto(f"{server.url}/desk/live/talk")
        await page.locator(".tile").first.wait_for()
        await keys.enter("#sound-on")
        await page.locator("[data-sound='on']").wait_for()
        await keys.has("#sound-test")
        await keys.to("#sound-mute")
        await keys.press("ArrowDown")
        await keys.has("#sound-unmute")
        await keys.press("Enter")
        await keys.has("#sound-mute")
        await keys.enter(".tile button")
        await keys.has("#listen-title")
        await keys.enter("#listen-stop")
        await keys.has(".tile button")
