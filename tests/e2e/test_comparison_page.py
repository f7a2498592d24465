"""An organizer compares two services of a server, by keyboard, and lets one come first."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from broadcaster.desk.comparison import routes
from broadcaster.desk.comparison.talk_part import TalkPart, talk_part
from tests.e2e.played_trial import looked_at
from tests.support.browser import chromium, until
from tests.support.processes import TOKEN, rehearsal_server
from tests.support.server import running_server

pytestmark = pytest.mark.browser

PART = TalkPart(talk_part().sentences[:4])
READ = """(word) => [...document.querySelectorAll('.comparison-captions')]
  .filter((log) => log.textContent.includes(word)).length === 2"""
PLAYS = """(number) =>
  document.querySelectorAll('.comparison-hear')[number].dataset.player === 'playing'"""
PRESSED = """() => [...document.querySelectorAll('.comparison-hear')]
  .map((button) => button.getAttribute('aria-pressed')).join()"""
ORDER = """() => fetch('/api/events/talk').then((answer) => answer.json())
  .then((event) => event.languages[0].providers.join())"""
ORDERED = f"(order) => ({ORDER})().then((now) => now === order)"


async def test_two_services_are_heard_read_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "talk_part", lambda: PART)
    async with (
        rehearsal_server() as interpreter,
        running_server(
            tmp_path,
            realtime_url=interpreter,
            fallback_providers=f"local={interpreter}",
            fallback_keys=SecretStr("local=test"),
        ) as server,
        chromium() as browser,
    ):
        await server.create("es", "en", state="open")
        page = await browser.new_page()
        page.set_default_timeout(90_000)
        await page.goto(f"{server.url}/desk?token={TOKEN}")
        await page.focus(".comparison > summary")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".comparison-start:visible")
        chosen = [await page.input_value(f"[name='comparison-{side}']") for side in "ab"]
        assert chosen == ["openai", "local"]
        assert await page.locator("[name='comparison-language'] option").count() == 1
        assert "$0.01" in await page.inner_text(".comparison-costs")
        await page.focus(".comparison-start")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".comparison-hear")
        assert await page.locator(".comparison-hear").all_inner_texts() == ["Hear A", "Hear B"]
        await until(page, READ, PART.reference("es")[1].split()[-1])
        for number, pressed in enumerate(("true,false", "false,true")):
            await page.locator(".comparison-hear").nth(number).focus()
            await page.keyboard.press("Enter")
            await until(page, PLAYS, number)
            assert await page.evaluate(PRESSED) == pressed
        async with server.http.get("/api/events") as answer:
            assert [event["id"] for event in await answer.json()] == ["talk"]
        await page.wait_for_selector(".comparison-table")
        rows = {
            await row.get_attribute("data-measure"): await row.inner_text()
            for row in await page.locator(".comparison-table tbody tr").all()
        }
        assert {"span_p50_s", "bleu", "names_percent", "gaps_s", "usd_per_hour"} <= rows.keys()
        assert "$0.00 better" in rows["usd_per_hour"]
        await looked_at(page, "comparison")
        await page.focus("[data-service='local']")
        await page.keyboard.press("Enter")
        await until(page, ORDERED, "local,openai")
        await page.focus(".comparison-undo")
        await page.keyboard.press("Enter")
        await until(page, ORDERED, "")
        async with server.http.get("/api/events/talk/status") as answer:
            status = await answer.json()
        assert status["cost_usd"] > 0
        assert {channel["cost_usd"] for channel in status["channels"]} == {0}
