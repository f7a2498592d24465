"""Two interpreters at their consoles, with nothing but the keyboard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.access.holders import ask
from tests.consoles.channel_site import ChannelSite, channel_site
from tests.support.axe import violations
from tests.support.browser import own_chromium, until
from tests.support.keyboard import Keyboard
from tests.support.processes import TOKEN
from tests.support.tasks import background_task

MICROPHONES = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
LAPTOP = ViewportSize(width=1366, height=650)
"""The window of a browser on a screen of 1366 × 768."""
OVERFLOW = """() => {
  const {scrollWidth, scrollHeight} = document.documentElement;
  return [scrollWidth > innerWidth, scrollHeight > innerHeight];
}"""


class Interpreter:
    """Somebody at a console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keyboard = Keyboard(page)
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def open(cls, browser: Browser, link: str, locale: str = "en-GB") -> "Interpreter":
        """Open the link in a browser of this language and start the console."""
        context = await browser.new_context(viewport=LAPTOP, locale=locale, reduced_motion="reduce")
        interpreter = cls(await context.new_page())
        await interpreter.page.goto(link)
        await interpreter.keyboard.enter("#start")
        return interpreter

    @property
    def context(self) -> BrowserContext:
        """Their browser."""
        return self.page.context

    async def press(self, key: str) -> None:
        """Press a key."""
        await self.page.keyboard.press(key)

    async def is_shown(self, kind: str) -> None:
        """Wait until the console says that this is so."""
        await until(self.page, "kind => document.documentElement.dataset.air === kind", kind)

    async def reads(self, selector: str, text: str) -> None:
        """Wait until a part of the console has a text."""
        await until(
            self.page,
            "([selector, text]) => document.querySelector(selector).innerText.includes(text)",
            [selector, text],
        )


@asynccontextmanager
async def two_interpreters() -> AsyncIterator[tuple[ChannelSite, Interpreter, Interpreter]]:
    async with channel_site() as site, own_chromium(*MICROPHONES) as browser:
        links = [await site.invite(name) for name in ("Ana", "Ben")]
        ana, ben = [await Interpreter.open(browser, link) for link in links]
        yield site, ana, ben
        assert (ana.errors, ben.errors) == ([], [])


async def test_two_interpreters_share_a_channel_by_keyboard() -> None:
    async with two_interpreters() as (site, ana, ben):
        await ana.is_shown("ai")
        await hears_and_reads(site, ana)
        await takes_turns(site, ana, ben)
        await writes(ana, ben)
        await opens_another_device(site, ana)
        await looks_right(ben)
        await loses_the_network(ana)
        await technician_answers(site, ana)
        ben_id = await ben.page.evaluate(TOKEN_ID)
        await ask(site.http, "DELETE", f"/api/events/talk/tokens/{ben_id}", 200)
        await ben.reads(".console-notice", "revoked")


TOKEN_ID = "() => location.hash.split('_')[1]"


async def hears_and_reads(site: ChannelSite, ana: Interpreter) -> None:
    heard = "() => document.querySelector('.heard-level .meter').ariaValueNow > -50"
    await until(ana.page, heard)
    await site.say("The sluice at the old harbour.")
    await ana.reads("#source", "The sluice at the old harbour.")
    await ana.reads(".terms li[data-lit='true']", "écluse")
    await ana.press("g")
    await ana.page.keyboard.type("inond")
    await ana.reads(".terms", "flood plain")
    assert await ana.page.locator(".terms li").count() == 1
    await ana.press("Escape")
    await ana.press("f")
    await ana.reads(".heard-words", "You hear relay from Portuguese.")
    await ana.press("f")
    before = await ana.page.input_value("#volume")
    await ana.press("-")
    assert float(await ana.page.input_value("#volume")) < float(before)
    await ana.press("s")
    assert await ana.page.is_checked("#self")
    await ana.press("s")


async def takes_turns(site: ChannelSite, ana: Interpreter, ben: Interpreter) -> None:
    await ana.press("t")
    await ana.is_shown("on-air")
    async with reported(site, "human", "Ana"):
        await ana.reads(".air-detail", "Listeners hear you.")
    async with reported(site, "human", "Ana", reason="The spend cap of $5.00 is reached."):
        await ana.reads("#ai-trouble", "The spend cap of $5.00 is reached.")
    async with reported(site, "human", "Ana"):
        await ana.page.locator("#ai-trouble").wait_for(state="hidden")
    lunch = {"text": "Lunch", "translations": {"fr": "Le repas"}, "speak": True}
    async with site.http.post("/api/events/talk/announcements", json=lunch) as answer:
        assert answer.status == 201, await answer.text()
    await ana.reads("#read-out", "Read out in a pause: Le repas")
    await ben.is_shown("partner")
    await ana.page.keyboard.down("c")
    await ana.is_shown("cough")
    await ana.page.keyboard.up("c")
    await ana.is_shown("on-air")
    await ana.press("m")
    await ana.is_shown("muted")
    await ana.press("m")
    await ana.is_shown("on-air")
    await ben.press("r")
    await ana.reads(".ask", "Ben asks for the channel.")
    await ana.press("h")
    await ben.reads(".ask", "You are on air in")
    await ben.press("x")
    await ben.is_shown("partner")
    await until(ben.page, "() => document.querySelector('.ask').innerText === ''")
    await ana.press("h")
    await ben.is_shown("on-air")
    await ana.is_shown("partner")
    await ben.press("a")
    await ben.is_shown("ai")
    await ben.press("t")
    await ben.is_shown("on-air")
    await ana.press("t")
    await ana.is_shown("on-air")
    await ben.is_shown("partner")


async def writes(ana: Interpreter, ben: Interpreter) -> None:
    await ben.press("4")
    await ana.reads(".message-list", "Please take over soon")
    await ben.press("1")
    await ana.reads(".message-list", "Microphone!")
    await ana.press("w")
    await ana.page.keyboard.type("In a minute, t")
    await ana.press("Enter")
    await ben.reads(".message-list", "In a minute, t")
    await ana.press("Escape")
    await ana.press("d")
    await ben.reads("#slow-down", "The speaker sees it")
    await ana.press("?")
    await ana.keyboard.has(".keys input")
    await ana.press("t")
    await ana.press("Escape")


async def opens_another_device(site: ChannelSite, ana: Interpreter) -> None:
    browser = ana.context.browser
    assert browser is not None
    phone = await Interpreter.open(browser, site.links["Ana"])
    await phone.is_shown("on-air")
    await ana.is_shown("elsewhere")
    await ana.reads(".air-state", "Your link was opened on another device")
    assert not await ana.page.is_visible("#mute")
    assert await violations(ana.page) == []
    assert await ana.page.evaluate(OVERFLOW) == [False, False]
    await ana.press("u")
    await phone.is_shown("elsewhere")
    await ana.is_shown("on-air")
    await phone.keyboard.enter("#use-here")
    await ana.is_shown("elsewhere")
    await ana.press("u")
    await ana.is_shown("on-air")
    await phone.is_shown("elsewhere")
    assert phone.errors == []
    await phone.context.close()


async def looks_right(ben: Interpreter) -> None:
    page = ben.page
    assert await page.evaluate(OVERFLOW) == [False, False]
    assert await violations(page) == []
    await ben.press("l")
    assert await violations(page) == []
    await page.emulate_media(forced_colors="active")
    assert await violations(page) == []
    await page.emulate_media(forced_colors="none")
    await page.evaluate("() => document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(OVERFLOW) == [False, True]
    assert await violations(page) == []
    await page.evaluate("() => document.documentElement.style.fontSize = ''")
    for width in (900, 360):
        await page.set_viewport_size({"width": width, "height": 650})
        assert (await page.evaluate(OVERFLOW))[0] is False


@asynccontextmanager
async def reported(
    site: ChannelSite, on_air: str, name: str, reason: str = ""
) -> AsyncIterator[None]:
    """The booth reports inside the context, over and over."""

    async def report() -> None:
        while True:
            site.report(on_air, name, reason)
            await asyncio.sleep(0.3)

    async with background_task(report(), name="booth of the test"):
        yield


async def technician_answers(site: ChannelSite, ana: Interpreter) -> None:
    desk = await ana.context.new_page()
    await desk.goto(f"{site.url}/desk#token={TOKEN}")
    await desk.wait_for_selector("#events")
    await desk.goto(f"{site.url}/desk/live/talk")
    await desk.wait_for_selector(".booth-list li")
    assert "Microphone!" in await desk.inner_text(".booth-list")
    assert "Please take over soon" not in await desk.inner_text(".booth-list")
    line = "[data-channel='fr'] .on-air-line"
    async with reported(site, "ai", "Ana"):
        await desk.wait_for_selector(f"{line}[data-on-air='lost']")
    async with reported(site, "human", "Ana"):
        await desk.wait_for_selector(f"{line}[data-on-air='human']")
        assert "On air: Ana" in await desk.inner_text(line)
        assert await violations(desk) == []
        await desk.click(f"{line} .back-to-ai")
    await ana.is_shown("ai")
    await desk.fill(".booth-answer input", "Repaired")
    await desk.press(".booth-answer input", "Enter")
    await ana.reads(".message-list", "Repaired")
    await desk.close()


async def loses_the_network(ana: Interpreter) -> None:
    await ana.context.set_offline(offline=True)
    await ana.is_shown("offline")
    await ana.reads(".air-detail", "Listeners hear the AI.")
    await ana.context.set_offline(offline=False)
    await ana.is_shown("on-air")


async def test_a_console_reads_from_right_to_left() -> None:
    async with channel_site() as site, own_chromium(*MICROPHONES) as browser:
        ana = await Interpreter.open(browser, await site.invite("Ana"), "ar")
        await ana.is_shown("ai")
        assert await ana.page.evaluate("() => document.documentElement.dir") == "rtl"
        assert await ana.page.evaluate(OVERFLOW) == [False, False]
        assert await violations(ana.page) == []
