"""An organizer rehearses an event by one button, and plays what reached its listeners."""

from pathlib import Path

import numpy as np
import pytest

from tests.desk.check.trying import SENTENCES, spoken
from tests.e2e.played_trial import KEEP_PLAYED, PLAYED, looked_at
from tests.support.browser import headless_shell, until
from tests.support.processes import TOKEN
from tests.support.server import running_server
from tests.support.sound import quick_matches, resampled, surely

pytestmark = pytest.mark.browser


async def test_the_button_shows_and_plays_what_reached_listeners(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, headless_shell() as browser:
        await server.create("es", {"tag": "pl"}, state="open")  # type: ignore[arg-type]
        page = await browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(150_000)
        await page.add_init_script(KEEP_PLAYED)
        await page.goto(f"{server.url}/desk?token={TOKEN}")
        await page.focus(".rehearsal-start")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".rehearsal-table")
        lights = {
            await row.get_attribute("data-rehearsed"): await row.get_attribute("data-light")
            for row in await page.locator(".rehearsal-table tbody tr").all()
        }
        assert lights == {"floor": "green", "es": "green", "pl": "amber"}
        spanish = page.locator("tr[data-rehearsed='es']")
        text = await spanish.inner_text()
        assert "dBFS" in text
        assert SENTENCES[0].translations["es"].split()[0] in text
        await spanish.locator("button").click()
        await until(page, "() => window.played !== undefined")
        played = await page.evaluate(PLAYED)
        await looked_at(page, "rehearsal")
        assert await page.locator(".event-card, section[data-event]").count() == 1
    sound = np.array(played["sound"], dtype=np.float64)
    heard = resampled(sound, played["rate"])
    assert surely(quick_matches(heard, await spoken("es"))) >= 3
