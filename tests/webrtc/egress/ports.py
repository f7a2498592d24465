"""A running egress port, and the listeners it expects."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock
from broadcaster.webrtc.egress.peer import EgressEndReason, EgressPeer
from broadcaster.webrtc.egress.port import EgressPort, EgressSettings
from broadcaster.webrtc.sdp import parse_offer
from tests.support.deadline import deadline
from tests.support.player import Player
from tests.support.tasks import background_task


@asynccontextmanager
async def running(
    settings: EgressSettings | None = None, clock: Clock | None = None
) -> AsyncIterator[EgressPort]:
    egress = EgressPort(settings or EgressSettings(), clock or SystemClock())
    async with background_task(egress.run(), "egress") as task:
        yield egress
        assert not task.done()
    assert len(egress) == 0


def expected(egress: EgressPort, listener: Player) -> EgressPeer:
    offer = parse_offer(listener.offer, listens=True)
    return egress.accept(offer, egress.fanout(), lambda: None)


async def ended(peer: EgressPeer) -> EgressEndReason:
    async with deadline():
        while peer.end_reason is None:
            await asyncio.sleep(0.02)
    return peer.end_reason
