"""The attendee page when its network loses everything, or its browser stops it, for a while."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.edge.conftest import Edge
from tests.edge.slow_network import Network, slow_network
from tests.edge.voices import arabic, encoded, spanish, speaking
from tests.support.browser import Attendee, chromium, tap_element, until
from tests.support.loopback import loopback_offered
from tests.support.lossy_relay import LossyRelay
from tests.support.sound import hears

pytestmark = pytest.mark.browser

FLAGS = ("--allow-loopback-in-peer-connection",)
FROZEN_S = 10.0
STATE_IS = "(state) => window.broadcasterPlayer.state === state"


async def test_webrtc_is_heard_again_after_an_outage(edge: Edge) -> None:
    await asyncio.to_thread(encoded)
    with loopback_offered():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(speaking(edge))
            slow = await stack.enter_async_context(slow_network(Network()))
            relay = await stack.enter_async_context(LossyRelay.to(edge.egress.port))
            browser = await stack.enter_async_context(chromium(*FLAGS))
            context = await browser.new_context(bypass_csp=True, proxy=slow.settings)
            await context.add_init_script(relay.page_script)
            page = Attendee(await context.new_page())
            await page.page.goto(f"{edge.url}/e/talk?lang=es&transport=whep")
            await page.listen()
            slow.unreachable = relay.unreachable = True
            await until(page.page, STATE_IS, "reconnecting")
            slow.unreachable = relay.unreachable = False
            await until(page.page, STATE_IS, "playing")
            await page.record()
            await hears(page.newly_heard, spanish, arabic)


async def test_the_browsers_own_player_does_not_stay_late_after_a_freeze(edge: Edge) -> None:
    await asyncio.to_thread(encoded)
    async with speaking(edge), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es&transport=http")
        await page.listen()
        devtools = await page.page.context.new_cdp_session(page.page)
        await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        await asyncio.sleep(FROZEN_S)
        await devtools.send("Page.setWebLifecycleState", {"state": "active"})
        await until(page.page, STATE_IS, "playing")
        await until(page.page, "() => window.broadcasterPlayer.fill_ms < 5_000")
        await tap_element(page.page)
        await hears(page.newly_heard, spanish, arabic)
