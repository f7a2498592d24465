"""The page of a screen and of the stage monitor, and the desk that sets them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from broadcaster.model.clock import SystemClock
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.status import BoothState, BoothStatus, FloorStatus, Status
from tests.edge.screens.hall import Hall, hall
from tests.support.axe import violations
from tests.support.browser import headless_shell, until
from tests.support.processes import TOKEN

pytestmark = pytest.mark.browser

LUNCH = {"text": "Lunch", "translations": {"es": "La comida", "ar": "الغداء"}}
CUT = """() => [...document.querySelectorAll('.lines')].filter((lines) => {
  const {lineHeight} = getComputedStyle(lines);
  const rest = lines.clientHeight / parseFloat(lineHeight) % 1;
  const {top, bottom} = lines.getBoundingClientRect();
  return Math.min(rest, 1 - rest) > 0.05 || top < 0 || bottom > innerHeight;
}).map((lines) => lines.dataset.channel)"""
"""The languages of which a line is cut, or out of the screen."""
SPEAKING: list[Status] = [
    FloorStatus(publisher=True, level_dbfs=-20.0),
    BoothStatus("es", BoothState.LIVE, lag_ms=2_900),
    BoothStatus("ar", BoothState.LIVE, lag_ms=9_100),
]


@asynccontextmanager
async def opened(browser: Browser, url: str) -> AsyncIterator[Page]:
    size: ViewportSize = {"width": 1920, "height": 1080}
    context = await browser.new_context(viewport=size, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(url)
    yield page
    await context.close()


async def test_the_desk_sets_a_screen_that_two_languages_are_read_on() -> None:
    async with (
        hall(SPEAKING) as venue,
        headless_shell() as browser,
        opened(browser, f"{venue.url}/screen/talk?lang=es,ar&name=Left&lines=12") as screen,
        opened(browser, f"{venue.url}/monitor/talk?name=Stage") as monitor,
        opened(browser, f"{venue.url}/desk?token={TOKEN}") as desk,
    ):
        await desk.goto(f"{venue.url}/desk/live/talk")
        said = [
            await venue.say(channel, number, steps=3)
            for number in range(12)
            for channel in ("es", "ar")
        ]
        await screen.get_by_text(said[-1][-20:]).wait_for()
        assert await screen.locator("[data-channel='ar'] .captions").get_attribute("dir") == "rtl"
        assert await screen.evaluate(CUT) == []
        await obeys_the_desk(desk, screen)
        async with venue.http.post("/api/events/talk/announcements", json=LUNCH) as answer:
            assert answer.status == 201
        card = screen.locator(".screen-announcement")
        await expect(card).to_contain_text("الغداء")
        assert await screen.evaluate(CUT) == []
        assert await violations(screen) == []
        await the_monitor_says_when_to_pause(monitor)
        await an_interpreter_asks_for_slower_speech(monitor, venue)
        assert await violations(desk) == []
        await an_overlay_is_transparent(browser, venue)


async def obeys_the_desk(desk: Page, screen: Page) -> None:
    row = desk.locator(".screen-row", has_text="Left")
    await row.get_by_role("combobox", name=re.compile("^Language")).select_option("ar")
    await until(screen, "() => document.querySelectorAll('.lines').length === 1")
    assert await screen.evaluate("document.documentElement.dir") == "rtl"
    await row.get_by_role("combobox", name=re.compile("^Size")).select_option("8")
    await until(screen, "() => document.documentElement.style.getPropertyValue('--size') === '8'")
    await row.get_by_role("button", name="Blank").click()
    await screen.locator(".lines").wait_for(state="hidden")
    await screen.reload()
    await until(screen, "() => document.documentElement.dataset.blank === 'true'")
    await desk.get_by_role("button", name="Show all").click()
    await screen.locator(".lines").wait_for()
    assert await screen.evaluate(CUT) == []


async def the_monitor_says_when_to_pause(monitor: Page) -> None:
    await expect(monitor.locator("#air")).to_have_text("On air")
    await expect(monitor.locator("#lag")).to_have_text("Arabic is 9 s behind you")
    await expect(monitor.locator("#light")).to_have_text("Pause for a moment")
    assert await violations(monitor) == []


async def an_interpreter_asks_for_slower_speech(monitor: Page, venue: Hall) -> None:
    now_ms = SystemClock().now_ms()
    await venue.bus.put(console_keys.slow_down_record("talk"), SlowDown(now_ms, "es").to_json())
    await expect(monitor.locator("#light[data-light='slower']")).to_have_text("Slower, please")
    assert await violations(monitor) == []


async def an_overlay_is_transparent(browser: Browser, venue: Hall) -> None:
    url = f"{venue.url}/screen/talk?lang=es&background=transparent&clear=1"
    async with opened(browser, url) as overlay:
        await overlay.locator(".paragraph").first.wait_for()
        for part in ("html", "body"):
            colour = await overlay.locator(part).evaluate(
                "(e) => getComputedStyle(e).backgroundColor"
            )
            assert re.fullmatch(r"rgba\(0, 0, 0, 0\)", colour), part
        await overlay.locator(".paragraph").first.wait_for(state="detached")
