"""The attendee page uses less data when that is chosen, offers it once, and says what was used."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.edge.conftest import Edge
from tests.edge.voices import encoded, speaking
from tests.edge.waiting import counted
from tests.edge.waiting import until as until_true
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("loopback")]

SAVES_DATA = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
USED = "() => document.querySelector('#data-used')?.textContent ?? ''"
RECEIVED = "(least) => (window.broadcasterPlayer?.received_bytes ?? 0) >= least"
ROUNDED_UP = 51_000
"""Bytes that the page calls 0.1 MB, with some to spare."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OFFER = "[data-question='less-data']"
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@asynccontextmanager
async def talking(edge: Edge) -> AsyncIterator[None]:
    """A channel and its low-rate variant, as if a booth made both."""
    spanish = (await asyncio.to_thread(encoded))["es"]
    async with speaking(edge, {"es": spanish, "es+low": spanish}):
        yield


async def attending(context: BrowserContext, edge: Edge, query: str = "") -> Attendee:
    """A page with its settings loaded."""
    attendee = Attendee(await context.new_page())
    await attendee.page.goto(f"{edge.url}/e/talk?lang=es{query}")
    await attendee.page.wait_for_selector("#data-settings fieldset", state="attached")
    return attendee


async def phone(browser: Browser, **settings: Any) -> BrowserContext:
    return await browser.new_context(
        **{
            "viewport": {"width": 360, "height": 740},
            "locale": "en",
            "reduced_motion": "reduce",
            **settings,
        }
    )


async def choose(attendee: Attendee, mode: str) -> None:
    """Choose a mode in the settings, and close them."""
    await attendee.page.click("#settings-button")
    await attendee.page.check(f"[name='data-mode'][value='{mode}']")
    await attendee.page.keyboard.press("Escape")


async def look_at_data(attendee: Attendee) -> None:
    """Open the settings, and scroll to those of data."""
    await attendee.page.click("#settings-button")
    await attendee.page.locator("#data-settings").scroll_into_view_if_needed()


async def test_less_data_is_chosen_heard_and_remembered(edge: Edge) -> None:
    async with talking(edge), headless_shell() as browser:
        context = await phone(browser)
        attendee = await attending(context, edge)
        await attendee.listen()
        await until_true(lambda: counted(edge) == {"es": 1})
        await choose(attendee, "less")
        await until_true(lambda: counted(edge) == {"es+low": 1})
        await choose(attendee, "captions")
        await until_true(lambda: counted(edge) == {})
        await attendee.open_languages()
        assert await attendee.page.is_checked("#captions-only")
        await attendee.page.uncheck("#captions-only")
        await attendee.page.keyboard.press("Escape")
        assert await attendee.page.is_checked("[name='data-mode'][value='less']")
        await attendee.page.close()
        again = await attending(context, edge)
        await again.listen()
        await until_true(lambda: counted(edge) == {"es+low": 1})
        await choose(again, "normal")
        await until_true(lambda: counted(edge) == {"es": 1})
        assert not attendee.errors + again.errors


async def test_what_was_received_by_each_transport_is_counted_and_told(edge: Edge) -> None:
    await edge.caption(1, "Hola.")
    async with talking(edge), headless_shell() as browser:
        attendees = [
            await attending(await phone(browser), edge, f"&transport={transport}")
            for transport in ("ws", "whep", "http")
        ]
        for attendee in attendees:
            await look_at_data(attendee)
            await until(attendee.page, f"() => /^0 MB used/.test(({USED})())")
            await attendee.page.keyboard.press("Escape")
            await attendee.listen()
        for attendee in attendees:
            await until(attendee.page, RECEIVED, ROUNDED_UP)
            await look_at_data(attendee)
            await until(
                attendee.page,
                f"() => /^[\\d.]+ MB used, about [\\d.]+ MB an hour$/.test(({USED})())",
            )
            used = await attendee.page.evaluate(USED)
            found = re.match(r"([\d.]+) MB used", used)
            assert found, used
            assert float(found[1]) >= 0.1
            assert not attendee.errors
            await attendee.page.context.close()


async def test_less_data_is_offered_and_taken(edge: Edge) -> None:
    async with talking(edge), headless_shell() as browser:
        context = await phone(browser)
        await context.add_init_script(SAVES_DATA)
        attendee = await attending(context, edge)
        await attendee.listen()
        await attendee.page.wait_for_selector(OFFER)
        assert counted(edge) == {"es": 1}, "it is only offered"
        await attendee.page.click(f"{OFFER} [data-answer='yes']")
        await until_true(lambda: counted(edge) == {"es+low": 1})
        assert not await attendee.page.query_selector(OFFER)
        assert await attendee.page.evaluate("document.activeElement.id") == "listen"
        assert not attendee.errors


async def test_an_offer_that_was_declined_does_not_come_again(edge: Edge) -> None:
    async with talking(edge), headless_shell() as browser:
        context = await phone(browser)
        await context.add_init_script(SAVES_DATA)
        attendee = await attending(context, edge)
        await attendee.listen()
        await attendee.page.click(f"{OFFER} [data-answer='no']")
        assert not await attendee.page.query_selector(OFFER)
        await attendee.page.reload()
        await attendee.page.wait_for_selector("#data-settings fieldset", state="attached")
        await attendee.listen()
        # The page looks at the network as often as it measures the sound: every 5 s.
        await until(attendee.page, RECEIVED, 32_000)
        assert not await attendee.page.query_selector(OFFER)
        assert counted(edge) == {"es": 1}


@pytest.mark.parametrize(
    ("locale", "sizes"), [("en", ((320, 568), (1280, 800))), ("ar", ((360, 740),))]
)
async def test_the_offer_and_the_setting_are_accessible_and_fit(
    edge: Edge, locale: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    await edge.caption(1, "Hola a todos.")
    async with talking(edge), headless_shell() as browser:
        context = await phone(browser, locale=locale)
        await context.add_init_script(SAVES_DATA)
        attendee = await attending(context, edge)
        page = attendee.page
        await attendee.listen()
        await page.wait_for_selector(OFFER)
        for opened in ("", "#settings-button"):
            if opened:
                await page.click(opened)
            for width, height in sizes:
                await page.set_viewport_size({"width": width, "height": height})
                for scheme in SCHEMES:
                    await page.emulate_media(color_scheme=scheme)
                    assert await violations(page) == []
                    assert await page.evaluate(WIDER) == 0
