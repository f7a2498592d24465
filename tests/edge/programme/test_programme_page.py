"""The page of a programme in a browser: rooms, times, links, languages, no connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

NEW = {
    "id": "water",
    "title": "Water for cities",
    "time_zone": "Asia/Tokyo",
    "rooms": ["Great hall", "Annex"],
}
SIZES = ((320, 640), (360, 740), (1280, 900))


@dataclass(frozen=True, slots=True)
class Programme:
    """A server with a conference, and the page that shows it."""

    server: Server
    page: Page


@asynccontextmanager
async def programme_page(folder: Path, locale: str = "en-GB") -> AsyncIterator[Programme]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(folder))
        async with server.http.post("/api/conferences", json=NEW) as answer:
            assert answer.status == 201
        now = datetime.now(UTC).replace(microsecond=0)

        async def talk(name: str, title: str, state: str, room: str, minutes: int) -> None:
            start = now + timedelta(minutes=minutes)
            await server.create(
                "es",
                "ar",
                id=name,
                title=title,
                state=state,
                room=room,
                conference="water",
                starts_at=start.isoformat(),
                ends_at=(start + timedelta(minutes=45)).isoformat(),
            )

        await talk("keynote", "Opening keynote: water for cities", "live", "Great hall", -5)
        await talk("pipes", "Pipes that last a hundred years", "open", "Great hall", 45)
        await talk("rain", "مياه الأمطار في المدن", "open", "Annex", -5)
        await talk("past", "Yesterday's floods", "closed", "Annex", -90)
        browser = await stack.enter_async_context(headless_shell())
        context = await browser.new_context(
            locale=locale,
            timezone_id="Europe/London",
            viewport={"width": 360, "height": 740},
            reduced_motion="reduce",
        )
        page = await context.new_page()
        await page.goto(f"{server.url}/c/water?lang=es")
        await page.locator(".talk").first.wait_for()
        yield Programme(server, page)


async def test_an_attendee_finds_the_talk_and_keeps_the_language(tmp_path: Path) -> None:
    async with programme_page(tmp_path) as shown:
        page = shown.page
        await expect(page).to_have_title("Water for cities")
        await expect(page.locator("#zone")).to_contain_text("Japan")
        assert await page.locator("h2:visible").all_inner_texts() == [
            "Great hall",
            "Annex",
            "Earlier",
        ]
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                assert await violations(page) == []
                wide = "() => document.documentElement.scrollWidth > innerWidth"
                assert not await page.evaluate(wide)
        await page.locator("a.talk", has_text="Opening keynote").click()
        await page.wait_for_url("**/e/keynote?lang=es")
        await expect(page.locator("#title")).to_have_text("Opening keynote: water for cities")


async def test_the_way_back_from_an_event_that_has_ended(tmp_path: Path) -> None:
    async with programme_page(tmp_path) as shown:
        page = shown.page
        await page.locator("#earlier a.talk").click()
        back = page.locator("#placeholder a", has_text="Back to the programme")
        await back.wait_for()
        assert await violations(page) == []
        await back.click()
        await page.wait_for_url("**/c/water?lang=es")


async def test_a_page_without_a_connection_says_so_and_comes_back(tmp_path: Path) -> None:
    async with programme_page(tmp_path) as shown:
        page, trouble = shown.page, shown.page.locator("#trouble")
        await page.context.set_offline(offline=True)
        async with deadline():
            while not await trouble.inner_text():  # the last answer is kept for some seconds
                await page.evaluate("() => dispatchEvent(new Event('online'))")
                await asyncio.sleep(0.5)
        await expect(trouble).to_contain_text("connection is lost")
        await expect(page.locator("a.talk").first).to_be_visible()
        assert await violations(page) == []
        await shown.server.move("closed", "keynote")
        await page.context.set_offline(offline=False)
        await expect(trouble).to_be_empty(timeout=30_000)
        await expect(page.locator("#earlier")).to_contain_text("Opening keynote", timeout=60_000)


@pytest.mark.parametrize(("locale", "direction"), [("ar", "rtl"), ("ja", "ltr")])
async def test_times_are_written_in_the_readers_language(
    tmp_path: Path, locale: str, direction: str
) -> None:
    async with programme_page(tmp_path, locale) as shown:
        page = shown.page
        assert await page.evaluate("() => document.documentElement.dir") == direction
        written = await page.evaluate(
            """([locale, iso]) => new Intl.DateTimeFormat(locale,
                {timeStyle: 'short', timeZone: 'Asia/Tokyo'}).format(new Date(iso))""",
            [locale, await _start_of(shown.server, "keynote")],
        )
        talk = page.locator("a.talk", has_text="Opening keynote")
        await expect(talk.locator(".when")).to_contain_text(written)
        assert await violations(page) == []


async def test_a_wrong_address_is_told(tmp_path: Path) -> None:
    async with programme_page(tmp_path) as shown:
        await shown.page.goto(f"{shown.server.url}/c/nothing")
        await expect(shown.page.locator("#trouble")).to_contain_text("no programme")
        assert await violations(shown.page) == []


async def _start_of(server: Server, event: str) -> str:
    async with server.http.get(f"/api/events/{event}") as answer:
        start: str = (await answer.json())["starts_at"]
    return start
