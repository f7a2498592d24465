"""Posters and table cards, as they are printed: a reader of codes reads them from the PDF."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.async_api import Page

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.web.access.credentials import COOKIE
from broadcaster.web.organizer import Organizer
from tests.support.axe import violations
from tests.support.browser import headless_shell
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

WORDS = Path(__file__).parents[2] / "listener_web" / "i18n"
TAGS = sorted(path.stem for path in WORDS.glob("*.json"))
FEW = ("es", "ar", "ja", "pt-BR")
MANY = (*TAGS, "hmn")
PAPERS = (("a4", (210, 297), 1), ("a3", (297, 420), 1), ("cards", (210, 297), 4))
EVENT = Event(
    "talk", "Opening keynote: water for cities", EventState.OPEN, (), "key", code="482913"
)
LINK = "/e/talk"
MM_PER_POINT = 25.4 / 72
WIFI = "WIFI:T:WPA;S:Hall \\; 1;P:drip-drip-drip;;"


@asynccontextmanager
async def poster(event: Event) -> AsyncIterator[Page]:
    """The page of the poster of an event, signed in."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        await bus.put(keys.event_record(event.id), event.to_json())
        url = await stack.enter_async_context(served_desk(bus))
        browser = await stack.enter_async_context(headless_shell())
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        await context.add_cookies(
            [{"name": COOKIE, "value": Organizer(TOKEN).cookie(), "url": url}]
        )
        page = await context.new_page()
        await page.goto(f"{url}/desk/poster/{event.id}")
        await page.locator("#print:enabled").wait_for(timeout=60_000)
        yield page


def with_languages(*tags: str) -> Event:
    """The event with some languages."""
    return replace(EVENT, channels=tuple(Channel(tag) for tag in tags))


def printed(pdf: bytes) -> tuple[list[tuple[int, int]], list[str]]:
    """The sizes of the pages in millimetres, and what their QR codes say."""
    document = pypdfium2.PdfDocument(pdf)
    sizes = [
        (round(width * MM_PER_POINT), round(height * MM_PER_POINT))
        for width, height in (page.get_size() for page in document)
    ]
    codes = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=2).to_numpy())
    ]
    return sizes, sorted(codes)


async def cut_off(page: Page) -> list[str]:
    """Texts of the elements that do not fit on their sheet."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('.sheet')].flatMap((sheet) => {
          const {right, bottom, left} = sheet.getBoundingClientRect();
          return [...sheet.querySelectorAll('*')].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.bottom > bottom || box.right > right || box.left < left;
          }).map((element) => element.textContent);
        })"""
    )
    return found


@pytest.mark.parametrize("tags", [FEW, MANY], ids=["few", "many"])
async def test_the_code_on_paper_leads_to_the_event(tags: tuple[str, ...]) -> None:
    async with poster(with_languages(*tags)) as page:
        link = page.url.replace("/desk/poster/talk", LINK)
        for size, paper, copies in PAPERS:
            await page.locator("#size").select_option(size)
            await page.locator(f"#sheets[data-size={size}]").wait_for()
            await page.locator("#print:enabled").wait_for()
            assert not await cut_off(page)
            pdf = await page.pdf(prefer_css_page_size=True)
            assert await asyncio.to_thread(printed, pdf) == ([paper], [link] * copies)


async def test_each_language_has_its_own_words_and_direction() -> None:
    async with poster(with_languages(*FEW)) as page:
        items = page.locator(".sheet li")
        texts = await items.all_inner_texts()
        assert "Escanee el código" in texts[0]
        assert "امسح الرمز" in texts[1]
        assert [await items.nth(number).get_attribute("dir") for number in range(4)] == [
            "ltr",
            "rtl",
            "ltr",
            "ltr",
        ]
        assert await page.locator(".sheet .code").inner_text() == "482 913"
        assert not await violations(page)


async def test_the_wifi_of_the_hall_is_printed_and_read_as_typed() -> None:
    async with poster(with_languages(*FEW)) as page:
        await page.locator("#wifi-name").fill("Hall ; 1")
        await page.locator("#wifi-password").fill("drip-drip-drip")
        await page.locator(".wifi", has_text="drip-drip-drip").wait_for(timeout=60_000)
        await page.locator("#print:enabled").wait_for()
        assert not await cut_off(page)
        pdf = await page.pdf(prefer_css_page_size=True)
        _, codes = await asyncio.to_thread(printed, pdf)
        assert codes == [WIFI, page.url.replace("/desk/poster/talk", LINK)]


async def test_a_poster_of_an_unknown_event_says_so() -> None:
    async with poster(with_languages(*FEW)) as page:
        await page.goto(page.url.replace("talk", "walk"))
        problem = page.locator("#problem", has_text="no such event")
        await problem.wait_for(timeout=60_000)
        assert not await violations(page)
