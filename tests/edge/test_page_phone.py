"""The attendee page and the phone around it: lock screen, pocket, interruptions, being frozen."""

import asyncio
import re
import time
from typing import Any

import pytest
from playwright.async_api import BrowserContext

from broadcaster.web.assets import assets
from tests.edge.conftest import Edge
from tests.edge.voices import arabic, at_work, encoded, spanish, speaking
from tests.support.axe import violations
from tests.support.browser import Attendee, chromium, until
from tests.support.deadline import deadline
from tests.support.pictures import photograph
from tests.support.sound import hears
from tests.support.tabs import tab_at

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
STATIC = assets().address("")
FROZEN_S = 10.0
"""Long enough for every buffer and every deadline of a connection that brings sound."""
KEEP_HANDLERS = """
window.handlers = {};
const set = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (name, handler) {
  window.handlers[name] = handler;
  set.call(this, name, handler);
};
"""
KEEP_WORKERS = """
window.workers = [];
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    window.workers.push(this);
  }
};
"""
SKEW = """
const now = performance.now.bind(performance);
window.skewMs = 0;
performance.now = () => now() + window.skewMs;
"""
"""A test that has listened for 30 s by the page's clock waits for a moment only."""
WAKE_LOCK = """
window.locks = 0;
const request = async () => {
  window.locks += 1;
  const lock = {released: false};
  lock.release = async () => {
    if (!lock.released) window.locks -= 1;
    lock.released = true;
  };
  return lock;
};
Object.defineProperty(Navigator.prototype, 'wakeLock', {get: () => ({request})});
"""
SHOWN_MEDIA = """() => {
  const {metadata, playbackState} = navigator.mediaSession;
  const artwork = metadata?.artwork.map(({src}) => src);
  return {title: metadata?.title, artist: metadata?.artist, artwork, playbackState};
}"""
PLAYS = "() => window.broadcasterPlayer?.state === 'playing'"
PLAYS_BY = f"(transport) => window.broadcasterPlayer.transport === transport && ({PLAYS})()"
COMPLETE = """() => window.broadcasterPlayer !== undefined
  && !document.querySelector('#keep-screen-on').disabled"""
IDLE = "() => window.broadcasterPlayer.state === 'idle'"
LOCKS = "(count) => window.locks === count"
HAS = "(text) => document.querySelector('#captions').textContent.includes(text)"
SHOWN = """() => [...document.querySelectorAll('#captions [data-caption]')]
  .map((caption) => caption.textContent)"""


async def opened(
    context: BrowserContext, edge: Edge, *scripts: str, query: str = "lang=es"
) -> Attendee:
    """The page of the event, with scripts that run before its own."""
    for script in scripts:
        await context.add_init_script(script)
    attendee = Attendee(await context.new_page())
    await attendee.page.goto(f"{edge.url}/e/talk?{query}")
    await until(attendee.page, COMPLETE)
    return attendee


async def test_the_lock_screen_shows_what_plays_and_its_controls_do_what_they_say(
    edge: Edge,
) -> None:
    async with speaking(edge), chromium() as browser:
        attendee = await opened(await browser.new_context(), edge, KEEP_HANDLERS)
        page = attendee.page
        assert (await page.evaluate(SHOWN_MEDIA))["playbackState"] == "none"
        await attendee.listen()
        shown = await page.evaluate(SHOWN_MEDIA)
        assert (shown["title"], shown["artist"]) == ("A talk", "Español")
        assert shown["playbackState"] == "playing"
        assert len(shown["artwork"]) == 2
        for address in shown["artwork"]:
            assert address.startswith(f"{edge.url}{STATIC}")
            async with edge.http.get(address) as answer:
                assert answer.content_type in {"image/png", "image/svg+xml"}
        await page.evaluate("window.handlers.play()")
        assert await page.evaluate(PLAYS)
        await page.evaluate("window.handlers.pause()")
        await until(page, IDLE)
        assert (await page.evaluate(SHOWN_MEDIA))["playbackState"] == "paused"
        await page.evaluate("window.handlers.pause()")
        assert await page.evaluate(IDLE)
        await page.evaluate("window.handlers.play()")
        await until(page, PLAYS)
        await page.evaluate("window.handlers.stop()")
        await until(page, IDLE)
        assert not attendee.errors


async def after_half_a_minute(attendee: Attendee) -> None:
    """Listen for 30 s of the page's time, on a page with `SKEW`."""
    await attendee.listen()
    await attendee.page.evaluate("window.skewMs += 29_900")
    await attendee.page.click("#listen")
    await until(attendee.page, IDLE)
    await attendee.listen()


async def test_a_listener_is_asked_once_whether_to_put_the_phone_away(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        context = await browser.new_context(**PHONE)
        attendee = await opened(context, edge, SKEW)
        page = attendee.page
        await after_half_a_minute(attendee)
        await page.wait_for_selector(".question")
        assert not await violations(page)
        await photograph(page, "offer")
        await page.emulate_media(color_scheme="dark")
        await photograph(page, "offer-dark")
        await page.click(".question [data-answer='no']")
        assert await page.locator(".question").count() == 0
        assert await page.evaluate("window.broadcasterPlayer.transport") == "ws"
        await page.reload()
        await until(page, COMPLETE)
        await after_half_a_minute(attendee)
        # The time has come once the offer could have been made after it.
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, 500))")
        assert await page.locator(".question").count() == 0
        assert not attendee.errors


async def test_both_answers_are_in_sight_with_large_text_on_a_small_phone(edge: Edge) -> None:
    small = {**PHONE, "viewport": {"width": 320, "height": 568}, "locale": "es-ES"}
    async with speaking(edge), chromium("--blink-settings=defaultFontSize=32") as browser:
        attendee = await opened(await browser.new_context(**small), edge, SKEW)
        await after_half_a_minute(attendee)
        await attendee.page.wait_for_selector(".question")
        edges = "(one) => document.querySelector(one).getBoundingClientRect()"
        dock = await attendee.page.evaluate(edges, "#dock")
        for answer in ("yes", "no"):
            button = await attendee.page.evaluate(edges, f"[data-answer='{answer}']")
            assert 0 < button["top"] < button["bottom"] <= dock["top"], answer


async def test_the_answer_yes_plays_on_without_the_screen_and_is_kept(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        context = await browser.new_context(**PHONE)
        attendee = await opened(context, edge, SKEW, WAKE_LOCK)
        page = attendee.page
        await after_half_a_minute(attendee)
        await until(page, LOCKS, 1)
        await page.click(".question [data-answer='yes']")
        await until(page, PLAYS_BY, "http")
        await until(page, LOCKS, 0)
        assert await page.is_checked("#locked-screen")
        assert await page.locator(".question").count() == 0
        await page.reload()
        await until(page, COMPLETE)
        await attendee.listen()
        await until(page, PLAYS_BY, "http")
        assert any(worker.url.endswith("/fed/feeder.js") for worker in page.workers)
        assert not attendee.errors


async def test_a_laptop_is_not_asked(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        attendee = await opened(await browser.new_context(), edge, SKEW)
        await after_half_a_minute(attendee)
        await attendee.page.evaluate("new Promise((resolve) => setTimeout(resolve, 500))")
        assert await attendee.page.locator(".question").count() == 0


async def test_the_screen_stays_on_for_readers_who_want_it(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    async with at_work(edge), chromium() as browser:
        attendee = await opened(await browser.new_context(**PHONE), edge, WAKE_LOCK)
        page = attendee.page
        await until(page, LOCKS, 1)
        await attendee.listen()
        await until(page, LOCKS, 1)
        await page.click("#listen")
        await until(page, LOCKS, 0)
        await page.tap("#scroller")
        await until(page, LOCKS, 1)
        await page.click("#settings-button")
        await page.uncheck("#keep-screen-on")
        await until(page, LOCKS, 0)
        await page.reload()
        await until(page, COMPLETE)
        await page.click("#settings-button")
        assert not await page.is_checked("#keep-screen-on")
        assert await page.evaluate("window.locks") == 0
        await page.check("#keep-screen-on")
        await until(page, LOCKS, 1)
        assert not await violations(page)


async def test_sound_that_the_browser_suspended_comes_back_by_itself(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=ws")
        page = attendee.page
        await attendee.listen()
        await page.evaluate("window.broadcasterPlayer.context.suspend()")
        await until(page, "() => window.broadcasterPlayer.state === 'interrupted'")
        assert await page.inner_text("#notice")
        await until(page, PLAYS)
        await attendee.record()
        await hears(attendee.newly_heard, spanish, arabic)


async def test_the_browsers_own_player_waits_after_a_pause_of_the_phone_and_then_is_live(
    edge: Edge,
) -> None:
    """Pulled headphones pause it; the hall should not hear it. After a call it plays by itself."""
    async with speaking(edge), chromium() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=http")
        page = attendee.page
        await attendee.listen()
        await page.evaluate("window.broadcasterPlayer.element.pause()")
        await until(page, "() => window.broadcasterPlayer.state === 'interrupted'")
        assert "Tap Listen" in await page.inner_text("#notice")
        await page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        assert await page.evaluate("window.broadcasterPlayer.state") == "interrupted"
        await page.evaluate("void window.broadcasterPlayer.element.play()")
        await until(page, PLAYS)
        # It was loaded again, so its time began again.
        assert await page.evaluate("window.broadcasterPlayer.element.currentTime < 3")
        await page.evaluate("window.broadcasterPlayer.element.pause()")
        await until(page, "() => window.broadcasterPlayer.state === 'interrupted'")
        await page.click("#scroller")
        await until(page, PLAYS)


async def test_a_worker_that_dies_without_a_word_is_replaced(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        context = await browser.new_context(bypass_csp=True)
        attendee = await opened(context, edge, KEEP_WORKERS, query="lang=es&transport=ws")
        page = attendee.page
        await attendee.listen()
        await page.evaluate("window.workers[0].terminate()")
        await until(page, "() => window.workers.length === 2")
        await until(page, PLAYS)
        assert await page.evaluate("window.broadcasterPlayer.transport") == "ws"
        await attendee.record()
        await hears(attendee.newly_heard, spanish, arabic)


async def test_a_frozen_page_lets_go_of_its_captions_and_has_all_of_them_afterwards(
    edge: Edge,
) -> None:
    await edge.caption(0, "Hola.")
    async with tab_at(f"{edge.url}/e/talk?lang=es") as tab:
        await tab.until(COMPLETE)
        hub = (await edge.rooms.open("talk")).captions("es")
        assert len(hub) == 1
        await tab.freeze()
        async with deadline():
            while len(hub):
                await asyncio.sleep(0.05)
        for number in range(1, 6):
            await edge.caption(number, f"Frase {number}.")
        await tab.thaw()
        await tab.until(HAS, "Frase 5.")
        assert await tab.evaluate(SHOWN) == ["Hola.", *(f"Frase {one}." for one in range(1, 6))]
        assert await tab.evaluate("() => document.body.dataset.captions") == "open"


async def test_a_page_that_plays_and_is_frozen_plays_and_reads_on(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), tab_at(f"{edge.url}/e/talk?lang=es&transport=ws") as tab:
        await tab.until(COMPLETE)
        await tab.evaluate("() => document.querySelector('#listen').click()")
        await tab.until(PLAYS)
        await tab.freeze()
        thawed_at, number = time.monotonic() + FROZEN_S, 0
        while time.monotonic() < thawed_at:
            number += 1
            await edge.caption(number, f"Frase {number}.")
            await asyncio.sleep(1)
        await tab.thaw()
        await tab.until(HAS, f"Frase {number}.")
        await tab.until(PLAYS)
        await tab.until("() => window.broadcasterPlayer.fill_ms < 1_500")
        await tab.record()
        await hears(tab.newly_heard, spanish, arabic)
        shown = await tab.evaluate(SHOWN)
        assert shown == ["Hola.", *(f"Frase {one}." for one in range(1, number + 1))]


async def test_a_page_that_plays_out_of_sight_reads_on(edge: Edge) -> None:
    """Somebody listens with the tab in the background, and comes back."""
    await edge.caption(0, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), tab_at(f"{edge.url}/e/talk?lang=es&transport=ws") as tab:
        await tab.until(COMPLETE)
        await tab.evaluate("() => document.querySelector('#listen').click()")
        await tab.until(PLAYS)
        await tab.hide()
        await tab.record()
        await hears(tab.newly_heard, spanish, arabic)
        await edge.caption(1, "Frase 1.")
        await tab.until(HAS, "Frase 1.")
        await tab.show()
        assert await tab.evaluate(PLAYS)


async def test_the_dock_counts_the_way_to_the_loudspeaker(edge: Edge) -> None:
    """It is long by Bluetooth, and the browser knows it. The interpreter is 3 s behind."""
    async with at_work(edge), chromium() as browser:
        context = await browser.new_context()
        slow = "Object.defineProperty(AudioContext.prototype, 'outputLatency', {get: () => 2.6});"
        attendee = await opened(context, edge, slow, query="lang=es&transport=ws")
        await attendee.listen()
        await until(
            attendee.page,
            "() => /^[67] s behind/.test(document.querySelector('#now-detail').textContent)",
        )


async def test_the_browsers_bars_take_the_colour_that_the_reader_chose(edge: Edge) -> None:
    async with chromium() as browser:
        attendee = await opened(await browser.new_context(), edge)
        page = attendee.page
        await page.click("#settings-button")
        first = "() => document.querySelector('meta[name=theme-color]').content"
        light = await page.evaluate(first)
        assert re.fullmatch("#[0-9a-f]{6}", light)
        await page.click("#settings [value='dark-hall']")
        await until(page, "() => document.documentElement.dataset.theme === 'dark-hall'")
        assert (await page.evaluate(first)).startswith("rgb(")
