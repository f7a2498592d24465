"""A crowd against a real edge: what it reports is what happened."""

import asyncio
import dataclasses
import socket

from broadcaster.loadtest.measure import measure
from broadcaster.loadtest.plan import LoadPlan, Transport
from broadcaster.loadtest.results import GAP_S
from broadcaster.loadtest.target import find_target
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, PACKET, Edge
from tests.loadtest.crowds import LISTENERS, crowd


def say(edge: Edge, sequence: int) -> None:
    frame = AudioFrame(Kind.OPUS, sequence, sequence * OPUS_FRAME_SAMPLES, PACKET)
    edge.bus.publish(keys.opus("talk", "es"), frame.to_bytes())


async def test_everybody_joins_and_hears_everything(sounding: Edge) -> None:
    async with crowd(sounding) as (run, running):
        await run.until(lambda now: now.messages > LISTENERS * 40)
    report = running.result()
    assert report.good
    assert (report.joined, report.failed, report.lost) == (LISTENERS, {}, {})
    assert report.frames_missing == 0
    for figures in (report.join_ms, report.first_sound_ms, report.longest_gap_ms):
        assert figures is not None
        assert 0 < figures.p50 <= figures.p99 <= figures.max
    assert report.messages_per_s > 0
    assert report.bytes_per_s > report.messages_per_s * 116
    assert report.own_cpu_us_per_message is not None


async def test_missing_frames_and_pauses_are_counted(edge: Edge) -> None:
    async with crowd(edge) as (run, running):
        await run.until(lambda now: now.joined == LISTENERS)
        say(edge, 0)
        await run.until(lambda now: now.messages == LISTENERS)
        await asyncio.sleep(GAP_S * 2)
        say(edge, 6)
        await run.until(lambda now: now.messages == LISTENERS * 2)
    report = running.result()
    assert report.frames_missing == LISTENERS * 5
    assert report.listeners_with_gaps == LISTENERS
    assert report.gaps >= LISTENERS
    assert report.longest_gap_ms is not None
    assert report.longest_gap_ms.p50 > GAP_S * 1000


async def test_a_closed_event_is_a_reason(edge: Edge) -> None:
    async with crowd(edge) as (run, running):
        await run.until(lambda now: now.joined == LISTENERS)
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        report = await running
    assert report.lost == {"the event has ended": LISTENERS}
    assert not report.good


async def test_a_server_that_is_gone_is_a_reason(edge: Edge) -> None:
    target = await asyncio.to_thread(find_target, f"{edge.url}/e/talk", ())
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = unused.getsockname()
    nobody = dataclasses.replace(target, address=address)
    report = await asyncio.to_thread(
        measure, nobody, Transport.WS, LoadPlan(LISTENERS, 0, 600), lambda _: True
    )
    assert report.failed == {"not connected": LISTENERS}
    assert report.joined == 0
    assert report.join_ms is None


async def test_channels_are_heard_in_turn(edge: Edge) -> None:
    async with crowd(edge, "es", "floor") as (run, running):
        await run.until(lambda now: now.joined == LISTENERS)
        edge.say("floor")
        await run.until(lambda now: now.messages == LISTENERS // 2)
    assert running.result().joined == LISTENERS
