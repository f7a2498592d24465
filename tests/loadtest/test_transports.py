"""A crowd by the other ways to sound."""

import asyncio
import dataclasses

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.measure import check_limits, measure
from broadcaster.loadtest.plan import LoadPlan, Transport
from broadcaster.loadtest.target import find_target
from broadcaster.model.event import EventState
from broadcaster.model.join import Passcode
from tests.edge.conftest import EVENT, Edge
from tests.loadtest.crowds import LISTENERS, crowd

PEERS = 5


async def test_by_http(sounding: Edge) -> None:
    async with crowd(sounding, transport=Transport.HTTP) as (run, running):
        await run.until(lambda now: now.messages > LISTENERS * 20)
    report = running.result()
    assert report.good
    assert report.joined == LISTENERS
    assert report.first_sound_ms is not None
    assert report.spread_ms is None
    assert report.frames_missing is None
    assert report.gap_limit_ms == 1000


async def test_by_webrtc(sounding: Edge) -> None:
    async with crowd(sounding, transport=Transport.WHEP, listeners=PEERS) as (run, running):
        await run.until(lambda now: now.joined == PEERS)
        heard = run.now.messages
        await run.until(lambda now: now.messages > heard + PEERS * 20)
    report = running.result()
    assert report.good
    assert report.joined == PEERS
    assert report.first_sound_ms is not None
    assert report.frames_missing == 0
    assert report.bytes_per_s > 0


@pytest.mark.parametrize("transport", [Transport.HTTP, Transport.WHEP])
async def test_refused_listeners_are_counted(edge: Edge, transport: Transport) -> None:
    target = await asyncio.to_thread(find_target, f"{edge.url}/e/talk", ())
    elsewhere = dataclasses.replace(target, channels=("xx",))
    plan = elsewhere, transport, LoadPlan(PEERS, 0, 600)
    report = await asyncio.to_thread(measure, *plan, lambda _: True)
    assert report.failed == {"the server answered 404 (unknown_channel)": PEERS}


@pytest.mark.parametrize("transport", [Transport.HTTP, Transport.WHEP])
async def test_the_end_of_the_event_is_counted(edge: Edge, transport: Transport) -> None:
    async with crowd(edge, transport=transport, listeners=PEERS) as (run, running):
        await run.until(lambda now: now.joined == PEERS)
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        report = await running
    assert sum(report.lost.values()) == PEERS


def test_webrtc_is_for_few() -> None:
    with pytest.raises(BroadcasterError, match="at most 500"):
        check_limits(Transport.WHEP, LoadPlan(501, 1, 1))


@pytest.mark.parametrize("transport", Transport)
async def test_an_event_with_a_passcode(sounding: Edge, transport: Transport) -> None:
    await sounding.put(dataclasses.replace(EVENT, passcode=Passcode("Water-24", "secret")))
    with pytest.raises(BroadcasterError, match="needs a passcode"):
        await asyncio.to_thread(find_target, f"{sounding.url}/e/talk", ())
    listening = crowd(sounding, transport=transport, listeners=PEERS, passcode="Water-24")
    async with listening as (run, running):
        await run.until(lambda now: now.messages > PEERS * 20)
    assert running.result().joined == PEERS
