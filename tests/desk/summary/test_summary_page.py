"""An organizer orders the summary of an event on the desk, and gets it."""

from pathlib import Path

import pytest

from broadcaster.bus import open_bus
from broadcaster.desk.handover import completeness
from broadcaster.model import keys
from tests.desk.summary.chat_server import PROMPT, SAID, SUMMARY, chat_server, settings_of
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.server import TOKEN, running_server

CARD = "section[data-event='talk']"
WAIT_MS = 60_000


async def test_a_summary_is_ordered_and_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "COMPLETE_AFTER_S", 0.0)
    async with open_bus(None, tmp_path) as bus:
        await bus.append(keys.captions("talk", "floor"), SAID.to_json())
    async with (
        chat_server() as service,
        running_server(tmp_path, **settings_of(service)) as server,
        headless_shell() as browser,
    ):
        await server.create("es")
        page = await (await browser.new_context(reduced_motion="reduce")).new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{server.url}/desk?token={TOKEN}")
        await page.locator(f"{CARD} .menu summary").click()
        await page.locator(f"{CARD} .summarise").click()
        dialog = page.locator("dialog.summary")
        await dialog.locator("[name='prompt']").fill(PROMPT)
        await dialog.locator("button[type='submit']").click()
        await page.locator("dialog.summary[data-state='waits']").wait_for()
        assert not await violations(page)
        await server.move("closed")
        await dialog.locator("button[type='submit']").click()
        await page.locator("dialog.summary[data-state='made']").wait_for()
        async with page.expect_download() as download:
            await dialog.locator("a[href$='summary.txt']").click()
        saved = tmp_path / "summary.txt"
        await (await download.value).save_as(saved)
        assert saved.read_text() == SUMMARY
        await dialog.locator("button.danger").click()
        await page.locator("dialog.summary[data-state='off']").wait_for()
        assert not service.broken
