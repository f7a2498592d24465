"""An organizer switches recording on, plays a channel with its captions, and leaves by keyboard."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Page, expect

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import UploadReport, UploadState
from tests.desk.recordings.parts import write_part
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

PICTURES = os.environ.get("BROADCASTER_TEST_PICTURES", "")
SAID = (("es-1", 12_000, "El agua es vida."), ("es-2", 22_000, "Hablamos de los ríos."))


async def photograph(page: Page) -> None:
    """Keep pictures in two sizes and both colour schemes, if pictures are wanted."""
    for width in (360, 1280) if PICTURES else ():
        for dark in (False, True):
            await page.emulate_media(color_scheme="dark" if dark else "light")
            await page.set_viewport_size({"width": width, "height": 900})
            await page.screenshot(path=f"{PICTURES}/recordings-{width}-{dark}.png", full_page=True)


async def test_a_recording_is_switched_on_and_played_with_its_captions(tmp_path: Path) -> None:
    now_ms = SystemClock().now_ms()
    event = Event(
        "talk", "Water for cities", EventState.LIVE, (Channel("es"),), "key", live_at_ms=now_ms
    )
    await write_part(tmp_path)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        await bus.put(keys.event_record("talk"), event.to_json())
        for name, start_ms, text in SAID:
            caption = Caption(name, "es", start_ms, start_ms + 3_000, text, final=True)
            await bus.append(keys.captions("talk", "es"), caption.to_json())
        url = await stack.enter_async_context(served_desk(bus, recordings_dir=tmp_path))
        browser = await stack.enter_async_context(headless_shell())
        page = await browser.new_page(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        await page.goto(f"{url}/desk/recordings/talk#token={TOKEN}")
        await expect(page.get_by_role("heading", name="Water for cities")).to_be_visible()
        await expect(page.locator("#state")).to_have_text("Recording is off.")
        await page.get_by_label("Record this event").check()
        await expect(page.locator("#state")).to_contain_text("No process records this event")
        assert await violations(page) == []
        copies = page.locator("#copies")
        await expect(copies).to_be_hidden()
        report = UploadReport(UploadState.FAILED, "talks", 0, 1_000, "AccessDenied")
        await bus.put(recording_keys.upload_report("talk"), report.to_json())
        await expect(copies).to_contain_text("does not take the recordings (AccessDenied)")
        for name, ending in (("Matroska", "mkv"), ("MP4", "mp4")):
            one = page.get_by_role("link", name=f"Download all languages as one file ({name})")
            await expect(one).to_have_attribute("href", f"/api/events/talk/recordings.{ending}")

        part = page.locator(".recorded-part")
        await expect(part).to_contain_text("0:00:20")
        await part.get_by_role("button", name="Play: Spanish").press("Enter")
        await expect(page.locator("#playing")).to_be_focused()
        lines = page.locator("#lines button")
        await expect(lines).to_have_count(2)
        await lines.nth(1).click()
        await expect(lines.nth(1)).to_have_attribute("aria-current", "true")
        played_s = await page.locator("#sound").evaluate("(sound) => sound.currentTime")
        assert played_s >= 12  # the caption begins 12 s after the part
        assert await violations(page) == []
        await photograph(page)
        await page.set_viewport_size({"width": 360, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth <= 360")

        async with page.expect_download() as download:
            await page.get_by_role("link", name="Download: Spanish").click()
        assert (await download.value).suggested_filename == "talk-1-es.ogg"
        await page.get_by_role("link", name="Back to the desk").click()
        link = page.locator(".event a[href='/desk/recordings/talk']")
        await expect(link).to_have_text("Recordings")
