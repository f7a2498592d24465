"""The consoles of human interpreters in Chromium, with a microphone each and a network to lose."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from tests.e2e.interpreters.voices import Voice
from tests.support.browser import DEADLINE_MS, chromium_with_microphone
from tests.support.processes import descendants

_NETWORK = b"network.mojom.NetworkService"


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """An interpreter's console.

    Attributes:
        page: as it is in the browser.
        network_pid: the process of the browser through which all its packets go.
    """

    page: Page
    network_pid: int

    async def press(self, key: str) -> None:
        """Press a key of the console."""
        await self.page.keyboard.press(key)

    async def reaches(self, kind: str) -> None:
        """Wait until the console says that this is so: `on-air`, `partner`, `ai`, `offline`."""
        await self.page.wait_for_selector(f"#air[data-kind='{kind}']")

    def lose_network(self) -> None:
        """Let no packet in or out: neither requests nor sound."""
        os.kill(self.network_pid, signal.SIGSTOP)

    def find_network(self) -> None:
        """Let packets pass again."""
        os.kill(self.network_pid, signal.SIGCONT)


@asynccontextmanager
async def console(voice: Voice, link: str, folder: Path) -> AsyncIterator[ConsolePage]:
    """The console of an interpreter, headphones on and microphone open."""
    wav = await asyncio.to_thread(voice.write, folder / f"{voice.name}.wav")
    others = await asyncio.to_thread(_network_pids)
    async with chromium_with_microphone(wav) as browser:
        page = await browser.new_page(
            viewport={"width": 1366, "height": 768}, reduced_motion="reduce"
        )
        page.set_default_timeout(DEADLINE_MS)
        await page.goto(link)
        await page.click("#start")
        await page.wait_for_selector("#take:not([hidden])")
        [network_pid] = await asyncio.to_thread(_network_pids) - others
        shown = ConsolePage(page, network_pid)
        try:
            yield shown
        finally:
            with suppress(ProcessLookupError):
                shown.find_network()


def _network_pids() -> set[int]:
    """The network processes of all browsers that this process has started."""
    found = set()
    for pid in descendants(os.getpid()):
        with suppress(FileNotFoundError, ProcessLookupError):
            if _NETWORK in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pid)
    return found
