"""The attendee page when a part of it does not load, or the network is lost for a while."""

import asyncio
import re
from pathlib import PurePosixPath

import pytest
from playwright.async_api import Browser

from broadcaster.web.assets import assets
from tests.edge.conftest import Edge
from tests.edge.faulty_proxy import FaultyProxy, faulty
from tests.edge.voices import encoded, speaking
from tests.support.browser import Attendee, chromium, until

pytestmark = pytest.mark.browser

_IMPORT = re.compile(r"^(?:import|export)\s[^;]*?from '([^']+)';", re.MULTILINE)
STATIC = "/static/"
TRANSPORTS = ("ws", "whep", "http")
SOUNDS_OR_SAYS_WHY = """() => document.querySelector('#listen').dataset.sounding === 'true'
  || document.querySelector('#notice').dataset.tone === 'warn'"""


def imported_by(script: str) -> set[str]:
    """A script and all that it needs before it runs."""
    found, left = set[str](), {script}
    while left:
        name = left.pop()
        found.add(name)
        folder = PurePosixPath(name).parent
        for target in _IMPORT.findall(assets()[name].body.decode()):
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
    return "http" if "http-deck" in script else ""


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
    """Each script that any transport asks for and captions do without."""
    for transport in TRANSPORTS:
        page = await opened(browser, url, transport)
        await tapped(page)
        await page.page.context.close()
    asked = {path.removeprefix(STATIC) for path in proxy.paths if path.endswith(".js")}
    captions = imported_by("attendee/attendee.js") | imported_by("shared/theme.js")
    return sorted(asked - captions)


async def test_without_any_script_of_the_sound_captions_come_and_a_tap_is_answered(
    edge: Edge,
) -> None:
    assert not [name for name in imported_by("attendee/attendee.js") if "player/" in name]
    await edge.caption(1, "Hola.")
    await asyncio.to_thread(encoded)
    async with speaking(edge), faulty(edge.url) as (url, proxy), chromium() as browser:
        proxy.refused = {"/whep/"}
        scripts = await scripts_of_the_sound(browser, url, proxy)
        assert {"player/player.js", "player/worker.js", "player/worklet.js"} <= set(scripts)
        answers = {}
        for script in scripts:
            proxy.refused = {"/whep/", STATIC + script}
            page = await opened(browser, url, transport_of(script))
            answers[script] = await tapped(page)
            await page.page.context.close()
    websocket_only = imported_by("player/websocket-deck.js") | {
        *imported_by("player/worker.js"),
        *imported_by("player/worklet.js"),
    }
    optional = {"attendee/inspector.js"}
    needed_always = imported_by("player/player.js") | imported_by("player/transports.js")
    for script, answer in answers.items():
        if script in websocket_only - needed_always:
            assert answer == "http", script
        elif script not in optional:
            assert "Reload" in answer, script
