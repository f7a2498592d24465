"""The desk gives out a link, shows its holder only what they may do, and cuts them off."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from playwright.async_api import Browser, Page, expect

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

SHOWN_ON_AIR = """(button) => {
  button.hidden = false;
  return getComputedStyle(button).display !== 'none';
}"""
"""Whether a button that is there while a human interpreter is on air is seen then."""
EVENT = Event("talk", "Water for cities", EventState.LIVE, (Channel("es"), Channel("fr")), "key")
OTHER = Event("other", "Another talk", EventState.OPEN, (Channel("es"),), "key")
PICTURES = os.environ.get("BROADCASTER_TEST_PICTURES", "")


@asynccontextmanager
async def desk() -> AsyncIterator[tuple[str, Browser]]:
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        for event in (EVENT, OTHER):
            await bus.put(keys.event_record(event.id), event.to_json())
        url = await stack.enter_async_context(served_desk(bus))
        yield url, await stack.enter_async_context(headless_shell())


async def photograph(page: Page, name: str) -> None:
    """Keep a picture of a state, if pictures are wanted."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")


async def signed_in(browser: Browser, link: str) -> Page:
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(link)
    await page.locator("#account, #sign-in:visible").first.wait_for()
    return page


async def open_links(page: Page, title: str) -> None:
    card = page.locator(".event", has_text=title)
    await card.locator(".menu summary").click()
    await card.locator(".tokens").click()
    await page.locator("dialog.access").wait_for()


async def make_link(page: Page, name: str, role: str) -> str:
    await page.fill("dialog.access [name=name]", name)
    await page.select_option("dialog.access [name=role]", role)
    await page.click("dialog.access button[type=submit]")
    shown = page.locator(".token-text input")
    await expect(page.locator(".token-made strong")).to_have_text(name)
    return await shown.input_value()


async def test_a_link_is_given_and_taken_back() -> None:
    async with desk() as (url, browser):
        admin = await signed_in(browser, f"{url}/desk#token={TOKEN}")
        assert admin.url == f"{url}/desk"
        await expect(admin.locator("#account p")).to_have_text("Signed in as organizer (Admin)")
        await open_links(admin, "Water for cities")
        link = await make_link(admin, "Ana, hall 2", "technician")
        assert re.fullmatch(rf"{url}/desk#token=cbt_[0-9a-f]{{12}}_\S{{24}}", link)
        await expect(admin.locator(".token")).to_have_count(2)
        for scheme in ("light", "dark"):
            await admin.emulate_media(color_scheme=scheme)
            for width in (1280, 360):
                await admin.set_viewport_size({"width": width, "height": 900})
                assert await violations(admin) == []
                await photograph(admin, f"links-{scheme}-{width}")
        await admin.set_viewport_size({"width": 1280, "height": 900})

        technician = await signed_in(browser, link)
        await expect(technician.locator("#account p")).to_have_text(
            "Signed in as Ana, hall 2 (Technician)"
        )
        await expect(technician.locator(".event")).to_have_count(1)
        await expect(technician.locator(".event .step")).to_have_text("Pause")
        for hidden in ("#new-event", ".event .edit", ".event .menu", ".event .close"):
            await expect(technician.locator(hidden)).to_be_hidden()
        assert await violations(technician) == []
        await technician.set_viewport_size({"width": 360, "height": 800})
        await photograph(technician, "technician-360")

        row = admin.locator(".token", has_text="Ana, hall 2")
        await row.locator(".revoke").click()
        await expect(row.get_by_role("button", name="Keep it")).to_be_focused()
        await photograph(admin, "question")
        await row.locator(".sure").click()
        await expect(row).to_have_attribute("data-state", "revoked")
        await expect(technician.locator("#sign-in")).to_be_visible()
        await expect(technician.locator("#problem strong")).to_have_text("This token was revoked")
        await expect(technician.locator("#account")).to_have_count(0)
        await photograph(technician, "cut-off")


async def test_a_reviewer_changes_nothing() -> None:
    async with desk() as (url, browser):
        admin = await signed_in(browser, f"{url}/desk#token={TOKEN}")
        await open_links(admin, "Water for cities")
        link = await make_link(admin, "Rui", "reviewer")
        reviewer = await signed_in(browser, link.replace("/review/talk", "/desk"))
        card = reviewer.locator(".event")
        await expect(card.locator(".details")).to_be_visible()
        await expect(card.locator(".details .link:visible")).to_have_count(1)
        for hidden in (".step", ".edit", ".menu", ".close", ".stereo label", ".change-cap"):
            await expect(card.locator(hidden)).to_be_hidden()
        for button in await card.locator("td.restart button").all():
            await expect(button).to_be_hidden()
        for page, shown in ((admin, True), (reviewer, False)):
            await page.goto(f"{url}/desk/live/talk")
            await page.locator("html[data-may]").wait_for()
            assert await page.locator(".back-to-ai").first.evaluate(SHOWN_ON_AIR) is shown


async def test_signing_out_and_in_by_the_form() -> None:
    async with desk() as (url, browser):
        page = await signed_in(browser, f"{url}/desk#token={TOKEN}")
        await page.click(".sign-out")
        await expect(page.locator("#sign-in")).to_be_visible()
        await expect(page.locator("#problem")).to_be_hidden()
        await page.fill("#token", "wrong")
        await page.click("#sign-in button")
        await expect(page.locator("#problem")).to_be_visible()
        await page.fill("#token", TOKEN)
        await page.click("#sign-in button")
        await expect(page.locator("#account p")).to_contain_text("Signed in as")
        await page.click("#account button >> nth=0")
        await page.locator("dialog.access").wait_for()
        await photograph(page, "all-links")
        assert await violations(page) == []
