"""The consoles of human interpreters in Chromium, with a microphone each and a network to lose."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import CDPSession, Page

from tests.e2e.interpreters.voices import Voice
from tests.support.browser import DEADLINE_MS, chromium_with_microphone


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """An interpreter's console."""

    page: Page
    voice: Voice
    network: CDPSession

    async def press(self, key: str) -> None:
        """Press a key of the console."""
        await self.page.keyboard.press(key)

    async def reaches(self, kind: str) -> None:
        """Wait until the console says that this is so: `on-air`, `partner`, `ai`, `offline`."""
        try:
            await self.page.wait_for_selector(f"#air[data-kind='{kind}']", timeout=20_000)
        except BaseException:
            await self.page.screenshot(path=f"/tmp/fail-{self.voice.name}.png")
            raise

    async def use_network(self, *, there: bool) -> None:
        """Take the network away, or give it back: of requests, and of the sound."""
        await self.network.send(
            "Network.emulateNetworkConditions",
            {
                "offline": not there,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": -1,
                "packetLoss": 0 if there else 100,
            },
        )


@asynccontextmanager
async def console(voice: Voice, link: str, folder: Path) -> AsyncIterator[ConsolePage]:
    """The console of an interpreter, headphones on and microphone open."""
    wav = voice.write(folder / f"{voice.name}.wav")
    async with chromium_with_microphone(wav) as browser:
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(DEADLINE_MS)
        await page.goto(link)
        await page.click("#start")
        await page.wait_for_selector("#take:not([hidden])")
        network = await page.context.new_cdp_session(page)
        await network.send("Network.enable")
        yield ConsolePage(page, voice, network)
