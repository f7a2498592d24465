"""The attendee page when a part of it does not load, or the network is lost for a while."""

import asyncio
import re
import time
from pathlib import PurePosixPath

import pytest
from playwright.async_api import Browser

from broadcaster.web.assets import assets
from tests.edge.conftest import Edge
from tests.edge.faulty_proxy import FaultyProxy, faulty
from tests.edge.voices import arabic, encoded, spanish, speaking
from tests.support.axe import violations
from tests.support.browser import Attendee, chromium, own_chromium, stopped_pages, until
from tests.support.deadline import deadline
from tests.support.sound import hears
from tests.support.tabs import tab_at

pytestmark = pytest.mark.browser

_IMPORT = re.compile(r"^(?:import|export)\s[^;]*?from '([^']+)';", re.MULTILINE)
STATIC = assets().address("")
TRANSPORTS = ("ws", "whep", "http")
SOUNDS_OR_SAYS_WHY = """() => document.querySelector('#listen').dataset.sounding === 'true'
  || document.querySelector('#notice').dataset.tone === 'warn'"""
NOTHING_PLAYS = """() => window.broadcasterPlayer.state === 'reconnecting'
  && document.querySelector('#listen').dataset.sounding === 'false'"""
SOUND_LOST = """() => document.querySelector('#notice').textContent
  .startsWith('The sound has stopped.')"""
IS_LIVE = """() => window.broadcasterPlayer.state === 'playing'
  && window.broadcasterPlayer.fill_ms < 500"""
STOPPED_S = 3.0
"""Late timers tell the page that it was stopped."""
SHOWN = """() => [...document.querySelectorAll('#captions [data-caption]')]
  .map((caption) => caption.textContent)"""


def imported_by(script: str) -> set[str]:
    """A script and all that is sent with it."""
    found, left = set[str](), {script}
    while left:
        name = left.pop()
        found.add(name)
        folder = PurePosixPath(name).parent
        for target in _IMPORT.findall(assets().sources[name].body.decode()):
            left |= {_resolved(folder, target)} - found
    return found


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts = list(folder.parts)
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def transport_of(script: str) -> str:
    """The transport that a page needs to be held to, so that it asks for the script."""
    if "whep" in script or "webrtc" in script:
        return "whep"
    return "http" if "http-deck" in script or "/fed/" in script else ""


async def opened(browser: Browser, url: str, transport: str) -> Attendee:
    page = await Attendee.open(browser, f"{url}/e/talk?lang=es&transport={transport}", tapped=False)
    await page.wait_for_caption("Hola.")
    return page


async def tapped(page: Attendee) -> str:
    """Tap Listen; returns the transport that plays, or the sentence that says why none does."""
    await page.page.click("#listen")
    await until(page.page, SOUNDS_OR_SAYS_WHY)
    if await page.page.get_attribute("#notice", "data-tone") == "warn":
        return await page.page.inner_text("#notice")
    return str(await page.page.evaluate("window.broadcasterPlayer?.transport"))


async def scripts_of_the_sound(browser: Browser, url: str, proxy: FaultyProxy) -> list[str]:
    """Each file that any transport asks for and captions do without."""
    for transport in TRANSPORTS:
        page = await opened(browser, url, transport)
        await tapped(page)
        await page.page.context.close()
    asked = {path.removeprefix(STATIC) for path in proxy.paths if path.endswith(".js")}
    needed = {"attendee/attendee.js", "bundles/start.js", "bundles/later.js"}
    offline = {"offline/offline.js", "shared/theme.js"}
    return sorted(asked - needed - offline)


async def test_without_any_script_of_the_sound_captions_come_and_a_tap_is_answered(
    edge: Edge,
) -> None:
    assert not [name for name in imported_by("attendee/attendee.js") if "player/" in name]
    await edge.caption(1, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), faulty(edge.url) as (url, proxy), chromium() as browser:
        proxy.refused = {"/whep/"}
        scripts = await scripts_of_the_sound(browser, url, proxy)
        assert {"bundles/sound.js", "player/worker.js", "player/worklet.js"} <= set(scripts)
        answers = {}
        for script in scripts:
            proxy.refused = {"/whep/", STATIC + script}
            page = await opened(browser, url, transport_of(script))
            answers[script] = await tapped(page)
            await page.page.context.close()
    replaceable = {"player/worker.js", "player/worklet.js", "player/fed/feeder.js"}
    for script, answer in answers.items():
        if script in replaceable:
            assert answer == "http", script
        else:
            assert "Reload" in answer, script


async def test_a_page_without_the_script_of_the_captions_loads_itself_again(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    async with faulty(edge.url) as (url, proxy), chromium() as browser:
        proxy.refused = {f"{STATIC}attendee/attendee.js"}
        page = await Attendee.open(browser, f"{url}/e/talk?lang=es", tapped=False)
        async with deadline():
            while proxy.paths.count("/e/talk?lang=es") < 2:
                await asyncio.sleep(0.05)
        proxy.refused = set()
        await page.page.wait_for_selector("[data-caption]")
        assert await page.captions() == "Hola."


@pytest.mark.parametrize("transport", ["ws", "http"])
async def test_after_an_outage_text_and_sound_come_back_and_the_page_says_what_happens(
    edge: Edge, transport: str
) -> None:
    await edge.caption(0, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), faulty(edge.url) as (url, proxy), chromium() as browser:
        page = await opened(browser, url, transport)
        await page.listen()
        await proxy.cut()
        await until(page.page, NOTHING_PLAYS)
        await page.page.wait_for_selector("#notice[data-tone='warn']")
        assert "none of the text" in await page.page.inner_text("#notice")
        assert not await violations(page.page)
        for number in range(1, 4):
            await edge.caption(number, f"Frase {number}.")
        proxy.cut_off = False
        began = time.monotonic()
        await until(page.page, "() => window.broadcasterPlayer.state === 'playing'")
        print(f"sound by {transport} {time.monotonic() - began:.1f} s after the network")
        await page.wait_for_caption("Frase 3.")
        await page.page.wait_for_selector("#notice", state="hidden")
        assert await page.page.evaluate(SHOWN) == ["Hola.", "Frase 1.", "Frase 2.", "Frase 3."]


async def test_when_the_sound_alone_is_lost_the_page_says_where_to_read_it(edge: Edge) -> None:
    await edge.caption(0, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), faulty(edge.url) as (url, proxy), chromium() as browser:
        page = await opened(browser, url, "ws")
        await page.listen()
        proxy.refused = {"/e/talk/audio/"}
        await proxy.cut()
        proxy.cut_off = False
        await page.page.wait_for_selector("#notice[data-tone='warn']")
        await until(page.page, SOUND_LOST)
        await edge.caption(1, "Frase 1.")
        await page.wait_for_caption("Frase 1.")
        proxy.refused = set()
        await until(page.page, "() => window.broadcasterPlayer.state === 'playing'")
        await page.page.wait_for_selector("#notice", state="hidden")


async def test_a_page_that_was_frozen_for_a_minute_plays_what_is_live(edge: Edge) -> None:
    """A minute of sound waits for it; it is not played late, and not played fast either."""
    voices = await asyncio.to_thread(encoded)
    async with tab_at(f"{edge.url}/e/talk?lang=es&transport=ws") as tab:
        async with speaking(edge):
            await tab.until("() => window.broadcasterPlayer !== undefined")
            await tab.evaluate("() => document.querySelector('#listen').click()")
            await tab.until("() => window.broadcasterPlayer.state === 'playing'")
            await tab.freeze()
        for number in range(1_000):
            edge.say("es", voices["es"][number % len(voices["es"])])
            await asyncio.sleep(0)
        async with speaking(edge):
            await tab.thaw()
            await tab.until("() => window.broadcasterPlayer.state === 'playing'")
            await tab.until("() => window.broadcasterPlayer.fill_ms < 500")
            await tab.record()
            await hears(tab.newly_heard, spanish, arabic)


async def test_webrtc_sound_that_waited_for_a_stopped_page_is_left_out(edge: Edge) -> None:
    """The browser keeps what has come by then, and would play it late for half a minute."""
    await edge.caption(1, "Hola.")
    voices = await asyncio.to_thread(encoded)
    offers = list[str]()
    async with own_chromium("--allow-loopback-in-peer-connection") as browser:
        async with speaking(edge):
            page = await opened(browser, edge.url, "whep")
            page.page.on(
                "request", lambda request: offers.append(f"{request.method} {request.url}")
            )
            await page.listen()
        async with stopped_pages(browser):
            for number in range(100):
                edge.say("es", voices["es"][number % len(voices["es"])])
                await asyncio.sleep(STOPPED_S / 100)
        async with speaking(edge):
            async with deadline():
                while sum(offer.startswith("POST") for offer in offers) < 2:
                    await asyncio.sleep(0.05)
            await until(page.page, IS_LIVE)
