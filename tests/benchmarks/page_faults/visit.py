"""One page of one attendee, behind a network of its own, by one transport."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from playwright.async_api import Browser, Error

from tests.benchmarks.page_faults.broadcast import Broadcast
from tests.benchmarks.page_faults.recorder import SCRIPT, Recording
from tests.edge.slow_network import Network, SlowNetwork, slow_network
from tests.support.browser import Attendee, until
from tests.support.lossy_relay import LossyRelay, at_random, nothing
from tests.support.tasks import background_task

TRANSPORTS = ("ws", "whep", "http")
FLAGS = ("--allow-loopback-in-peer-connection",)
READ_S = 2.0
SEED = 5
_TAP = """(selector) => {
  document.querySelector(selector).click();
  return Date.now() / 1000;
}"""
_SHOWN = """() => [...document.querySelectorAll('#captions [data-caption]')]
  .map((caption) => caption.textContent)"""


@dataclass
class Visit:
    """A page that is open.

    Attributes:
        transport: to which the page is held.
        attendee: the page.
        network: of its connections.
        relay: of its WebRTC packets.
        recording: of what it plays.
        tapped_s: Unix time of the last tap.
        readable: locked while the page cannot be asked anything.
    """

    transport: str
    attendee: Attendee
    network: SlowNetwork
    relay: LossyRelay
    recording: Recording = field(default_factory=Recording)
    tapped_s: float = 0.0
    readable: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def listen(self) -> None:
        """Tap the button and wait until it plays."""
        await self._tap("#listen")
        await until(self.attendee.page, "() => window.broadcasterPlayer?.state === 'playing'")

    async def choose(self, channel: str) -> None:
        """Tap another channel and wait until it plays."""
        await self._tap(f"label[data-channel='{channel}']")
        condition = "(id) => window.broadcasterPlayer.channel === id"
        await until(self.attendee.page, condition, channel)

    async def _tap(self, selector: str) -> None:
        self.tapped_s = await self.attendee.page.evaluate(_TAP, selector)

    def lose_network(self, *, lost: bool) -> None:
        """Have nothing get through from now on, or everything again."""
        self.network.unreachable = self.relay.unreachable = lost

    def change_network(self, network: Network) -> None:
        """Have another network from now on; what stalls by TCP is lost by UDP."""
        self.network.network = network
        self.relay.one_way_s = network.round_trip_s / 2
        share = network.stall_share
        self.relay.loses = at_random(share, SEED) if share else nothing

    async def underruns(self) -> int:
        """How often sound was missing since the page was opened."""
        return int(await self.attendee.page.evaluate("window.broadcasterPlayer.underruns"))

    async def shown(self) -> list[str]:
        """The captions on the page."""
        texts: list[str] = await self.attendee.page.evaluate(_SHOWN)
        return texts

    async def read(self) -> None:
        """Take what the page has recorded until now."""
        async with self.readable:
            await self.recording.read(self.attendee.page)

    async def keep_reading(self) -> None:
        """Take it again and again, so that the page does not have to keep it."""
        with suppress(Error):  # the page was closed
            while True:
                await asyncio.sleep(READ_S)
                await self.read()


@asynccontextmanager
async def visiting(
    browser: Browser, talk: Broadcast, transport: str, network: Network
) -> AsyncIterator[Visit]:
    """Open the page; it is not listened to yet."""
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(slow_network(network))
        relay = await stack.enter_async_context(LossyRelay.to(talk.webrtc_port))
        context = await browser.new_context(bypass_csp=True, proxy=slow.settings)
        stack.push_async_callback(context.close)
        await context.add_init_script(f"(() => {{{SCRIPT}{relay.page_script}}})();")
        visit = Visit(transport, Attendee(await context.new_page()), slow, relay)
        visit.change_network(network)
        await visit.attendee.page.goto(f"{talk.edge.url}/e/talk?lang=es&transport={transport}")
        await visit.attendee.page.wait_for_selector("[data-caption]")
        await stack.enter_async_context(background_task(visit.keep_reading(), "recording"))
        yield visit
