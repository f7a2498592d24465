"""A language that the server refuses, and the second language that is read."""

import asyncio
import dataclasses

import pytest
from playwright.async_api import Page

from broadcaster.model.event import Channel
from tests.edge.attending import attending, heard_from, say
from tests.edge.conftest import EVENT, Edge
from tests.edge.voices import at_work, encoded, speaking
from tests.support.browser import headless_shell, until
from tests.support.deadline import deadline

pytestmark = pytest.mark.browser

NOTICE = "() => document.querySelector('#notice').textContent"
SECOND_READS = "() => document.querySelector('#second-pane')?.textContent.includes('مرحبًا.')"
COPIED = "() => navigator.clipboard.readText()"


async def test_a_language_that_is_gone_is_told_and_the_one_before_goes_on(edge: Edge) -> None:
    """The organizer has taken it out of the event since the page was loaded."""
    await say(edge, "es", "Hola.")
    await asyncio.to_thread(encoded)
    async with at_work(edge), headless_shell() as browser:
        async with attending(browser, edge, "?lang=es") as attendee:
            page = attendee.page
            await attendee.wait_for_caption("Hola.")
            await attendee.listen()
            await heard_from(edge, "es")
            await edge.put(dataclasses.replace(EVENT, channels=(Channel("es"),)))
            room = await edge.rooms.open("talk")
            async with deadline():
                while "ar" in room.event.channel_ids():
                    await asyncio.sleep(0.02)
            await attendee.choose("ar")
            await until(page, f"() => ({NOTICE})().includes('not available')")
            words = (await page.evaluate(NOTICE)).replace("\u2068", "").replace("\u2069", "")
            assert words == "العربية is not available at the moment. You stay with Español."
            await attendee.wait_for_caption("Hola.")
            assert await page.is_checked("input[name=channel][value=es]")
            assert await page.evaluate("window.broadcasterPlayer.state") == "playing"
            await heard_from(edge, "es")
            attendee.errors.clear()  # the browser complains about the 404 of the captions


async def test_sentences_of_both_languages_can_be_quoted_one_at_a_time(edge: Edge) -> None:
    await say(edge, "es", "Hola.")
    await say(edge, "ar", "مرحبًا.")
    async with headless_shell() as browser:
        allowed = ["clipboard-read", "clipboard-write"]
        async with attending(browser, edge, "?lang=es", permissions=allowed) as attendee:
            page = attendee.page
            await attendee.open_languages()
            await attendee.pick("ar", "second")
            await page.keyboard.press("Escape")
            await until(page, SECOND_READS)
            await page.click("#captions .caption")
            await page.wait_for_selector(".pane:first-child .quote-bar:not([hidden])")
            await page.click("#second-pane .caption")
            assert not await page.is_visible(".pane:first-child .quote-bar")
            await page.click("#second-pane .quote-bar button")
            await until(page, f"async () => (await ({COPIED})()).startsWith('“مرحبًا.”')")
            assert (await page.evaluate(COPIED)).endswith(f"{edge.url}/e/talk?lang=ar")
            assert await second_language(page) == "ar"
            await attendee.open_languages()
            await attendee.pick("floor", "second")
            await page.keyboard.press("Escape")
            assert await page.locator(".quote-bar").count() == 2
            await attendee.open_languages()
            await attendee.pick("", "second")
            await page.keyboard.press("Escape")
            assert await page.locator(".quote-bar").count() == 1


async def test_the_second_language_is_named_for_screen_readers_when_it_is_the_original(
    edge: Edge,
) -> None:
    await edge.put(dataclasses.replace(EVENT, source_language="it"))
    async with headless_shell() as browser, attending(browser, edge, "?lang=es") as attendee:
        await attendee.open_languages()
        await attendee.pick("floor", "second")
        assert await second_language(attendee.page) == "it"


async def test_the_bars_of_the_player_are_there_while_it_sounds_and_at_no_other_time(
    edge: Edge,
) -> None:
    async with speaking(edge), headless_shell() as browser:
        async with attending(browser, edge, "?lang=es") as attendee:
            page = attendee.page
            await page.click("#read-only")
            await page.wait_for_selector("#dock[data-form='captions']")
            assert not await page.is_visible(".bars")
            await attendee.listen()
            await page.wait_for_selector(".bars")
            await page.click("#listen")
            await page.wait_for_selector(".bars", state="hidden")


async def second_language(page: Page) -> str | None:
    """The language of the second language's captions, as the page declares it."""
    return await page.get_attribute("#second-pane [role='log']", "lang")
