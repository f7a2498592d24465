"""An organizer hears and reads an interpretation before the audience does."""

from pathlib import Path

import numpy as np
import pytest

from broadcaster.desk.check import trials
from tests.desk.check.trying import SENTENCES, speaking, spoken, the_talk
from tests.e2e.played_trial import KEEP_PLAYED, PLAYED, looked_at
from tests.support.browser import headless_shell, until
from tests.support.processes import TOKEN, rehearsal_server
from tests.support.server import running_server
from tests.support.sound import quick_matches, resampled, surely

pytestmark = pytest.mark.browser
READS = """(words) => document.querySelector('.trial blockquote')?.textContent.includes(words)"""


async def test_the_button_lets_the_interpretation_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "LEAST_INTERVAL_S", 0.0)
    async with (
        rehearsal_server() as interpreter,
        running_server(tmp_path, realtime_url=interpreter) as server,
        headless_shell() as browser,
    ):
        event = await server.create("es", "fr", state="open")
        page = await browser.new_page(reduced_motion="reduce")
        await page.add_init_script(KEEP_PLAYED)
        await page.goto(f"{server.url}/desk?token={TOKEN}")
        await page.wait_for_selector(".trial-start")
        await page.select_option("[name='trial-language']", "fr")
        await page.click(".trial-start")
        await page.wait_for_selector(".trial [data-light='red']")
        assert "Open the stage page" in await page.inner_text(".trial-result")
        async with speaking(server, event["stage_key"], await the_talk(), 14):
            async with server.http.get("/api/events/talk/status") as answer:
                assert (await answer.json())["state"] == "open"
            await page.focus(".trial-start")
            await page.keyboard.press("Enter")
            await until(page, READS, SENTENCES[2].translations["fr"].split()[-1])
            await page.wait_for_selector(".trial [data-light='green']")
            await looked_at(page, "trial")
        played = await page.evaluate(PLAYED)
        log = await page.evaluate("() => fetch('/api/events/talk/log').then((a) => a.text())")
    sound = np.array(played["sound"], dtype=np.float64)
    heard = resampled(sound, played["rate"])
    assert surely(quick_matches(heard, await spoken("fr"))) >= 4
    assert "interpretation_tried" in log
    assert SENTENCES[2].translations["fr"] not in log
