"""The attendee page in Chromium, over HTTP/2, through the proxies of docs/operations.md."""

from pathlib import Path

import pytest

from tests.edge.conftest import running_edge
from tests.edge.proxies.documented import HOST, PROXIES, ProxyBefore
from tests.edge.voices import speaking, voices
from tests.support.browser import Attendee, own_chromium
from tests.support.sound import hears, samples

PROTOCOL = "() => performance.getEntriesByType('navigation')[0].nextHopProtocol"


@pytest.mark.parametrize("before", PROXIES.values(), ids=list(PROXIES))
async def test_the_page_plays_and_shows_captions(before: ProxyBefore, tmp_path: Path) -> None:
    flags = (f"--host-resolver-rules=MAP {HOST} 127.0.0.1", "--ignore-certificate-errors")
    async with (
        running_edge(trusted_proxies="127.0.0.1") as edge,
        before(edge.url, tmp_path) as proxied,
        speaking(edge),
        own_chromium(*flags) as browser,
    ):
        page = await Attendee.open(browser, f"{proxied.url}/e/talk?lang=es")
        assert await page.page.evaluate(PROTOCOL) == "h2"
        await page.listen()
        assert await page.page.evaluate("() => window.broadcasterPlayer.transport") == "ws"
        await page.record()
        await edge.caption(1, "Hola")
        await page.wait_for_caption("Hola")
        said = {channel: samples(pcm) for channel, pcm in voices().items()}
        await hears(page.newly_heard, lambda: said["es"], lambda: said["ar"])
        await edge.caption(2, "Adiós")
        await page.wait_for_caption("Adiós")
        assert not page.errors
