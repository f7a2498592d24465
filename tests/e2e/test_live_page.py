"""The technician's page: figures, alarms that are seen and heard, and its log."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.inputs.microphones import MicrophoneLevel
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
)
from tests.e2e.hearing import HEAR
from tests.support.axe import violations
from tests.support.browser import headless_shell, until
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

pytestmark = pytest.mark.browser

EVENT = Event(
    "talk",
    "Opening keynote",
    EventState.LIVE,
    (Channel("es"), Channel("ar")),
    "key",
    code="K7F2QX",
    alarm_limits={"speaker_gone_s": 3.0},
)
NOW_MS = SystemClock().now_ms()
GOOD = BoothStatus(
    "es",
    BoothState.LIVE,
    lag_ms=2_100,
    level_dbfs=-20.4,
    sessions=2,
    reconnects=1,
    session_began_at_ms=NOW_MS - 12 * 60_000,
    rotates_at_ms=NOW_MS + 43 * 60_000,
    last_error="connection_lost",
    last_error_reason="the connection to the interpreter was lost",
    last_error_at_ms=NOW_MS - 13 * 60_000,
    dropped_ms=3_240,
    withheld_texts=3,
    interpreter="translate",
)
FAILED = BoothStatus(
    "ar",
    BoothState.FAILED,
    "The key was refused. Check OPENAI_API_KEY.",
    last_error="wrong_key",
)
FLOOR = BoothStatus("floor", BoothState.LIVE, interpreter="transcribe")
SPEAKING = FloorStatus(
    publisher=True,
    level_dbfs=-22.0,
    peak_dbfs=-6.0,
    position=24_000,
    microphones=(
        MicrophoneLevel("Chair", -21.0, loudest=True),
        MicrophoneLevel("Panel 2", -61.0, connected=False),
    ),
)
EDGE = EdgeStatus("a", {"es": 12, "floor": 3}, {"es": 14})
WELL: list[Status] = [FLOOR, GOOD, replace(GOOD, channel="ar"), SPEAKING, EDGE]


@asynccontextmanager
async def live_page(
    reports: Sequence[Status], path: str = "/talk", **options: Any
) -> AsyncIterator[tuple[Page, list[Status], EmbeddedBus]]:
    """The page of an event; the list of reports may be changed while it is open."""
    said = list(reports)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        url = await stack.enter_async_context(served_desk(bus, said))
        browser = await stack.enter_async_context(headless_shell())
        context = await browser.new_context(reduced_motion="reduce", **options)
        page = await context.new_page()
        await page.goto(f"{url}/desk?token={TOKEN}")
        await page.goto(f"{url}/desk/live{path}")
        yield page, said, bus


async def test_a_channel_is_shown_in_figures() -> None:
    async with live_page(WELL) as (page, _, bus):
        tile = page.locator("[data-channel='es'][data-state='live']")
        await tile.wait_for(timeout=60_000)
        await bus.put(keys.spent_record("talk"), b'{"es": {"ended_usd": 1.5, "running_usd": 0}}')
        await tile.locator(".costs", has_text="$1.50").wait_for()
        figures = await tile.inner_text()
        for words in (
            "Spanish",
            "2.1 s",
            "12",
            "14",
            "-20 dBFS",
            " min old, the next one in",
            "1 reconnect",
            "3.2 s skipped",
            "3 texts without speech not shown",
            " minutes ago: the connection to the interpreter was lost",
        ):
            assert words in figures
        assert "Speaker connected" in await page.locator(".room-floor").inner_text()
        microphones = page.locator(".microphone-list li")
        assert await microphones.all_inner_texts() == ["Chair speaks", "Panel 2"]
        meter = microphones.get_by_role("meter", name="Level of Chair")
        assert await meter.get_attribute("aria-valuenow") == "-21"
        assert await page.locator("#all-well").inner_text() == "No alarm"
        await until(page, "() => document.querySelector('.spark polyline').getAttribute('points')")
        points = "() => (document.querySelector('.spark polyline')?.getAttribute('points') ?? '')"
        several = f"(least) => ({points})().split(' ').length >= least"
        await until(page, several, 4)
        await page.reload()
        await tile.wait_for(timeout=60_000)
        assert await page.evaluate(several, 4)  # the line goes on


async def test_one_event_has_the_whole_width() -> None:
    viewport = {"width": 1200, "height": 800}
    async with live_page(WELL, "", viewport=viewport) as (page, _, _bus):
        await page.locator(".tile").first.wait_for(timeout=60_000)
        await until(page, "() => document.querySelector('.room').offsetWidth > 1000")


async def test_an_alarm_is_seen_and_heard_and_muted() -> None:
    async with live_page(WELL) as (page, said, _):
        await page.locator("#all-well", has_text="No alarm").wait_for(timeout=60_000)
        assert (
            "browsers allow sound only after a tap"
            in await page.locator(".sound-state").inner_text()
        )
        await page.locator("#sound-on").click()
        await page.locator("[data-sound='on']").wait_for()
        await page.evaluate(HEAR)
        said[3] = FloorStatus()
        alarm = page.locator("[data-alarm='speaker_gone'][data-severity='critical']")
        await alarm.wait_for(timeout=60_000)
        assert "Ask the speaker to open the stage page" in await alarm.inner_text()
        assert await page.title() == "(1) Live view"
        await until(page, "() => window.loudest > 0.1")
        await page.locator("#sound-mute").select_option("5")
        await page.locator("[data-sound='muted']").wait_for()
        assert "Muted for 5 more minutes" in await page.locator(".sound-state").inner_text()
        await page.locator("#sound-unmute").click()
        await page.evaluate("() => { window.loudest = 0; }")
        await until(page, "() => window.loudest > 0.1")  # it sounds again until it is over
        said[3] = SPEAKING
        await page.locator("#all-well", has_text="No alarm").wait_for(timeout=60_000)
        assert await page.title() == "Live view"
        log = page.locator(".log")
        for words in ("Alarm: No speaker is connected", "Alarm over: Speaker gone"):
            await log.get_by_text(words).wait_for()


async def test_tones_are_chosen_and_limits_are_set() -> None:
    async with live_page(WELL) as (page, _, bus):
        await page.locator(".tile").first.wait_for(timeout=60_000)
        await page.locator(".choices summary").click()
        await page.locator("select[name='lag']").select_option("low")
        await page.reload()
        await page.locator(".tile").first.wait_for()
        assert await page.locator("select[name='lag']").input_value() == "low"
        await page.locator(".limits summary").click()
        await page.locator("input[name='lag_s']").fill("8")
        await page.locator(".limits button[type='submit']").click()
        await page.locator(".limits [role='status']", has_text="Saved").wait_for()
        record = await bus.get(keys.event_record("talk"))
        assert record is not None
        assert Event.from_json(record.value).alarm_limits["lag_s"] == 8
        await page.locator(".log").get_by_text("Edited: alarm limits").wait_for()


@pytest.mark.parametrize("path", ["/talk", ""], ids=["one", "all"])
@pytest.mark.parametrize("width", [360, 1920])
async def test_it_is_accessible_in_every_size(path: str, width: int) -> None:
    viewport = {"width": width, "height": 800}
    reports: list[Status] = [FLOOR, GOOD, FAILED, SPEAKING, EDGE]
    async with live_page(reports, path, viewport=viewport) as (page, _, _bus):
        await page.locator("[data-alarm='booth_failed']").wait_for(timeout=60_000)
        for details in await page.locator("details").all():
            await details.locator("summary").click()
        assert await violations(page) == []
        wider = "() => document.documentElement.scrollWidth > innerWidth"
        assert not await page.evaluate(wider)
        small = """() => [...document.querySelectorAll('button, select, summary, a.button')]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
            .map((e) => e.outerHTML.slice(0, 80))"""
        assert await page.evaluate(small) == []


async def test_it_is_used_by_keyboard_and_in_forced_colours() -> None:
    async with live_page(WELL, forced_colors="active") as (page, _, _bus):
        await page.locator(".tile").first.wait_for(timeout=60_000)
        await page.locator("#sound-on").focus()
        await page.keyboard.press("Enter")
        await page.locator("[data-sound='on']").wait_for()
        listen = page.get_by_role("button", name="Listen to Spanish")
        await listen.focus()
        await page.keyboard.press("Enter")
        heading = page.locator("#listen-title", has_text="Spanish of Opening keynote")
        await heading.wait_for()
        assert await heading.evaluate("(e) => e === document.activeElement")
        await page.locator("#flag-passage").focus()
        await page.keyboard.press("Enter")
        await page.locator("#flag-told", has_text="The passage is flagged").wait_for()
        await page.locator(".log").get_by_text("Passage of Spanish flagged").wait_for()
        assert await violations(page) == []
        await page.locator("#listen-stop").focus()
        await page.keyboard.press("Space")
        await page.locator(".listen-in").wait_for(state="hidden")
        assert await violations(page) == []
