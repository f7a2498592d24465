"""An organizer adds a caption output on the desk, tries it, sees what it does, and removes it."""

import asyncio
import os
import re
from contextlib import AsyncExitStack

from playwright.async_api import Page, expect

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.progress import DeadLetter, OutputProgress, OutputState
from tests.outputs.zoom_server import Fault, zoom_meeting
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

PICTURES = os.environ.get("BROADCASTER_TEST_PICTURES", "")


async def photograph(page: Page, name: str) -> None:
    """Keep pictures of a state in two sizes and both colour schemes, if pictures are wanted."""
    if not PICTURES:
        return
    for scheme in ("light", "dark"):
        for width in (360, 1280):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.set_viewport_size({"width": width, "height": 900})
            path = f"{PICTURES}/{name}-{width}-{scheme}.png"
            await page.locator(".outputs:not(.pulled-inputs)").screenshot(path=path)


async def test_an_output_is_added_tried_and_removed() -> None:
    now_ms = SystemClock().now_ms()
    event = Event(
        "talk", "Water for cities", EventState.LIVE, (Channel("es"),), "key", live_at_ms=now_ms
    )
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        await bus.put(keys.event_record("talk"), event.to_json())
        meeting = await stack.enter_async_context(zoom_meeting())
        url = await stack.enter_async_context(served_desk(bus))
        browser = await stack.enter_async_context(headless_shell())
        page = await browser.new_page(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        await page.goto(f"{url}/desk#token={TOKEN}")
        outputs = page.locator(".outputs:not(.pulled-inputs)")
        await outputs.get_by_role("button", name="Add an output").click()
        await expect(outputs.locator("[name=kind]")).to_be_focused()

        # A wrong address is explained, and what was typed stays.
        await outputs.locator("[name=channel]").select_option("es")
        await outputs.locator("[name=address]").fill("https://zoom.us/closedcaption")
        await outputs.get_by_role("button", name="Add an output").click()
        await expect(outputs.get_by_role("alert")).to_contain_text("its token is missing")
        assert await violations(page) == []
        await photograph(page, "form")

        await outputs.locator("[name=address]").fill(meeting.address)
        await outputs.locator("[name=name]").fill("Hall 1")
        await outputs.get_by_role("button", name="Add an output").click()
        row = outputs.locator(".output")
        await expect(row).to_contain_text("Hall 1 (Zoom)")
        await expect(row).to_contain_text("Waiting for the first caption")
        assert meeting.address not in await page.content()

        await row.get_by_role("button", name="Send a test line").click()
        await expect(row).to_contain_text("The test line has arrived.")
        await expect(row).to_contain_text("1 text has arrived")

        # The state follows by itself.
        meeting.faults = [Fault.NOT_VALID] * 1_000
        caption = Caption("es-0", "es", 0, 500, "Buenos días.", final=True)
        await bus.append(keys.captions("talk", "es"), caption.to_json())
        await expect(row).to_contain_text("Stopped: it refuses the address (403)")
        assert await violations(page) == []
        await photograph(page, "stopped")
        async with zoom_meeting() as other:
            await row.get_by_role("button", name="New address").click()
            await row.get_by_label("Address", exact=True).fill(other.address)
            await row.get_by_role("button", name="Save").click()
            await expect(row).to_contain_text("2 texts have arrived")
            assert other.texts == ["Buenos días."]

        await webhook_is_added(page, bus)

        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await (
            outputs.locator(".output", has_text="webhook")
            .get_by_role("button", name="Remove")
            .click()
        )
        await expect(row).to_have_count(1)
        await row.get_by_role("button", name="Remove").click()
        await expect(row).to_have_count(0)
        await expect(outputs.locator("h3")).to_be_focused()


async def webhook_is_added(page: Page, bus: EmbeddedBus) -> None:
    """Its secret is shown once, and what it gave up can be sent again."""
    outputs = page.locator(".outputs:not(.pulled-inputs)")
    await outputs.get_by_role("button", name="Add an output").click()
    await outputs.locator("[name=kind]").select_option("webhook")
    await expect(outputs.locator("[name=channel] option:checked")).to_have_text(
        "What happens to the event"
    )
    await outputs.locator("[name=channel]").select_option("es")  # nobody speaks there
    await outputs.locator("[name=address]").fill("http://127.0.0.1:9/hook")
    await outputs.get_by_role("button", name="Add an output").click()
    secret = outputs.get_by_label("Secret", exact=True)
    await expect(secret).to_have_value(re.compile("^whsec_.{44}$"))
    await expect(secret).to_be_focused()
    hook = outputs.locator(".output", has_text="webhook")
    output_id = await hook.get_attribute("data-output")
    assert output_id is not None
    dead = (DeadLetter("", "1-0", "event.live", 1),)
    progress = OutputProgress(OutputState.RETRYING, "unreachable", dead=dead)
    await bus.put(output_keys.output_progress_record("talk", output_id), progress.to_json())
    await expect(hook).to_contain_text("1 message was not delivered")
    assert await violations(page) == []
    await photograph(page, "webhook")
    await hook.get_by_role("button", name="Send again").click()
    await expect(hook.get_by_role("button", name="New address")).to_be_focused()
