"""Players of other authors: libwebrtc in Node, and Chromium behaving like known clients."""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, Page

from tests.edge.conftest import Edge
from tests.edge.talk import SPANISH, is_heard, talking
from tests.edge.whep_sessions import gone
from tests.support.browser import TAP, TAP_PLAYER, chromium, read_tap
from tests.support.deadline import deadline
from tests.support.sound import resampled
from tests.support.whep_page import PLAY, REPORT, STOP, whep_page

pytestmark = pytest.mark.usefixtures("loopback")
WRTC = Path(__file__).parents[1] / "webrtc" / "wrtc"
CLIENTS = ("whip_whep", "eyevinn", "patient", "strict")
SETTLED_S = 3
"""A player changes its speed until its buffer has the right length."""


async def test_libwebrtc_in_node(edge: Edge, tmp_path: Path) -> None:
    node, sound = shutil.which("node"), tmp_path / "heard.s16le"
    assert node is not None
    async with talking(edge):
        process = await asyncio.create_subprocess_exec(
            node,
            WRTC / "wrtc_player.mjs",
            f"{edge.url}/whep/talk/es",
            "8",
            sound,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(60):
                output, errors = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == 0, errors.decode()
        await gone(edge)
    rate_hz = int(output.split()[0])
    heard = np.frombuffer(sound.read_bytes(), "<i2").astype(np.float64)[SETTLED_S * rate_hz :]
    assert is_heard(resampled(heard, rate_hz), SPANISH)


async def begins(browser: Browser, page_url: str, name: str, whep_url: str) -> Page:
    """A page whose client plays a channel."""
    page = await (await browser.new_context()).new_page()
    await page.goto(page_url)
    await page.evaluate(f"(args) => ({PLAY})(...args)", [name, whep_url])
    return page


async def hears_spanish(page: Page) -> None:
    """Wait until what a page plays was said, from now on."""
    await page.evaluate(TAP_PLAYER, TAP)
    heard = np.zeros(0)
    async with deadline():
        while not await asyncio.to_thread(is_heard, heard, SPANISH):
            await asyncio.sleep(1.0)
            heard = np.concatenate((heard, (await read_tap(page)).sound))


@pytest.mark.browser
async def test_clients_in_chromium(edge: Edge) -> None:
    """All at the same time, each on a page of its own."""
    async with (
        chromium("--allow-loopback-in-peer-connection") as browser,
        whep_page() as page_url,
        talking(edge),
    ):
        url = f"{edge.url}/whep/talk/es"
        pages = {name: await begins(browser, page_url, name, url) for name in CLIENTS}
        await asyncio.sleep(SETTLED_S)
        async with asyncio.TaskGroup() as checks:
            for page in pages.values():
                checks.create_task(hears_spanish(page))
        reports = {name: await page.evaluate(REPORT) for name, page in pages.items()}
        for page in pages.values():
            await page.evaluate(STOP)
        await gone(edge)
    for name, report in reports.items():
        assert (report["state"], report["packetsLost"]) == ("connected", 0), name
        assert set(report["statuses"]) <= {"OPTIONS 204", "POST 201", "PATCH 204"}, name
