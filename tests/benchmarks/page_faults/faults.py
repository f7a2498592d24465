"""The faults that befall the listeners of a talk, and what is expected of their pages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.benchmarks.page_faults.broadcast import Broadcast
from tests.benchmarks.page_faults.visit import Visit
from tests.edge.slow_network import Network
from tests.support.browser import stopped_pages

STALLS_S = 20.0
"""How long a network stalls now and then."""
LISTENS_S = 5.0
FROZEN_S = 60.0
GOOD = Network()
WEAK = Network(0.400, 400_000)

Make = Callable[[Broadcast, Sequence[Visit]], Awaitable[None]]


async def nothing_more(_talk: Broadcast, _visits: Sequence[Visit]) -> None:
    """The tap was all; its sound is listened to for a while."""
    await asyncio.sleep(LISTENS_S)


async def other_channel(_talk: Broadcast, visits: Sequence[Visit]) -> None:
    """Another channel is tapped."""
    for visit in visits:
        await visit.choose("ar")


async def connections_lost(_talk: Broadcast, visits: Sequence[Visit]) -> None:
    """All connections of the page end, those of WebRTC without a word."""
    for visit in visits:
        visit.relay.forget_players()
        await visit.network.drop_connections()


async def edge_killed(talk: Broadcast, _visits: Sequence[Visit]) -> None:
    """The edge is killed and started again."""
    await talk.edge.kill()


async def edge_restarted(talk: Broadcast, _visits: Sequence[Visit]) -> None:
    """The edge is asked to end and started again."""
    await talk.edge.terminate()


def no_network(seconds: float) -> Make:
    """Nothing gets through for a while, and nobody is told so."""

    async def make(_talk: Broadcast, visits: Sequence[Visit]) -> None:
        for visit in visits:
            visit.lose_network(lost=True)
        await asyncio.sleep(seconds)
        for visit in visits:
            visit.lose_network(lost=False)

    return make


def stalls(share: float) -> Make:
    """The network stalls again and again."""

    async def make(_talk: Broadcast, visits: Sequence[Visit]) -> None:
        for visit in visits:
            visit.change_network(Network(stall_share=share))
        await asyncio.sleep(STALLS_S)
        for visit in visits:
            visit.change_network(GOOD)

    return make


async def slow_for_a_while(_talk: Broadcast, _visits: Sequence[Visit]) -> None:
    """The network is slow from the start."""
    await asyncio.sleep(STALLS_S)


async def frozen(_talk: Broadcast, visits: Sequence[Visit]) -> None:
    """The system stops all pages for a while, as a phone does out of sight."""
    async with AsyncExitStack() as stack:
        for visit in visits:
            await stack.enter_async_context(visit.readable)
            await visit.recording.read(visit.attendee.page)
        browser = visits[0].attendee.page.context.browser
        assert browser is not None
        await stack.enter_async_context(stopped_pages(browser))
        await asyncio.sleep(FROZEN_S)


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the table for each transport.

    Attributes:
        what: happens, in words.
        make: makes it happen, and returns when its cause is over.
        sound_within_s: of the end of its cause; for the first one, of the tap.
        silence_within_s: the longest silence that is allowed.
        after_s: how long the page is watched afterwards.
        network: of the page, from the start.
    """

    what: str
    make: Make
    sound_within_s: float = 2.0
    silence_within_s: float = float("inf")
    after_s: float = 31.0
    network: Network = GOOD

    @property
    def is_tap(self) -> bool:
        """Whether it is the first tap itself."""
        return self.make is nothing_more

    @property
    def is_switch(self) -> bool:
        """Whether another channel is heard afterwards."""
        return self.make is other_channel


FAULTS = (
    Fault("first tap", nothing_more, 1.5, after_s=0.0),
    Fault("400 ms, 400 kbit/s", nothing_more, 1.5, after_s=15.0, network=WEAK),
    Fault("another channel", other_channel, 1.0, silence_within_s=0.06, after_s=6.0),
    Fault("connections lost", connections_lost),
    Fault("edge killed", edge_killed),
    Fault("edge restarted", edge_restarted),
    *(Fault(f"no network for {seconds} s", no_network(seconds)) for seconds in (1, 5, 10, 60)),
    *(Fault(f"{share:.0%} stalls for {STALLS_S:.0f} s", stalls(share)) for share in (0.02, 0.1)),
    Fault(f"page frozen for {FROZEN_S:.0f} s", frozen),
)
