"""A crowd against a real edge: what it reports is what happened."""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from broadcaster.edge.audio_hub import BACKLOG_FRAMES
from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.command import measure
from broadcaster.loadtest.crowd import Course, Progress
from broadcaster.loadtest.report import Report
from broadcaster.loadtest.tally import GAP_S, UNFINISHED_S
from broadcaster.loadtest.target import Target, find, is_local
from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, Edge

LISTENERS = 25
DEADLINE_S = 60.0


class Run:
    """A crowd in a thread, as the server's loop is this one's."""

    def __init__(self, target: Target, course: Course) -> None:
        self.now = Progress(0.0, 0, 0, 0, 0)
        self._go_on = True
        self._target = target
        self._course = course

    async def until(self, reached: Callable[[Progress], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not reached(self.now):
                await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._go_on = False

    async def report(self) -> Report:
        return await asyncio.to_thread(measure, self._target, self._course, self._tell)

    def _tell(self, now: Progress) -> bool:
        self.now = now
        return self._go_on


@asynccontextmanager
async def crowd(
    edge: Edge, *channels: str, ramp_s: float = 0.0
) -> AsyncIterator[tuple[Run, "asyncio.Task[Report]"]]:
    """A crowd that stays until it is stopped, or everybody was dropped."""
    target = await asyncio.to_thread(find, f"{edge.url}/e/talk", channels or ("es",))
    run = Run(target, Course(LISTENERS, ramp_s, 600.0))
    running = asyncio.create_task(run.report(), name="crowd")
    try:
        yield run, running
    finally:
        run.stop()
        await running


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
    assert report.spread_ms is not None
    assert report.messages_per_s > 0
    assert report.bytes_per_s > report.messages_per_s * 116
    assert report.own_cpu_us_per_message is not None


async def test_a_late_joiners_backlog_is_no_spread(edge: Edge) -> None:
    async with crowd(edge, ramp_s=2.0) as (run, running):
        await run.until(lambda now: now.joined > 0)
        for _ in range(BACKLOG_FRAMES):
            edge.say("es")
        await run.until(lambda now: now.messages == LISTENERS * BACKLOG_FRAMES)
        await asyncio.sleep(UNFINISHED_S)
    report = running.result()
    assert report.frames_missing == 0
    assert report.spread_ms is not None
    assert report.spread_ms.max < 1_000, "they joined over two seconds"


async def test_missing_frames_and_pauses_are_counted(edge: Edge) -> None:
    async with crowd(edge) as (run, running):
        await run.until(lambda now: now.joined == LISTENERS)
        edge.say("es")
        await run.until(lambda now: now.messages == LISTENERS)
        edge.sequence += 5
        await asyncio.sleep(GAP_S * 2)
        edge.say("es")
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
    target = await asyncio.to_thread(find, f"{edge.url}/e/talk", ())
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = unused.getsockname()
    nobody = dataclasses.replace(target, address=address)
    report = await asyncio.to_thread(measure, nobody, Course(LISTENERS, 0, 600), lambda _: True)
    assert report.failed == {"not connected": LISTENERS}
    assert report.joined == 0
    assert report.join_ms is None


async def test_channels_are_heard_in_turn(edge: Edge) -> None:
    async with crowd(edge, "es", "floor") as (run, running):
        await run.until(lambda now: now.joined == LISTENERS)
        edge.say("floor")
        await run.until(lambda now: now.messages == LISTENERS // 2)
    assert running.result().joined == LISTENERS


@pytest.mark.parametrize(
    ("link", "channels", "text"),
    [
        ("nonsense", (), "not the link of an event"),
        ("ftp://127.0.0.1/e/talk", (), "not the link of an event"),
        ("http://127.0.0.1:9/", (), "not the link of an event"),
        ("http://127.0.0.1:9/e/talk", (), "does not answer"),
        ("http://127.0.0.1:9/e/Not%20one", (), "not an event's id"),
        ("http://192.0.2.1/e/talk", (), "--i-own-this"),
        ("{edge}/e/other", (), "no such event"),
        ("{edge}/e/talk", ("xx",), "Its channels are: ar, es, floor"),
        ("{edge}/e/talk?lang=xx", (), "no channel “xx”"),
    ],
)
async def test_wrong_targets(edge: Edge, link: str, channels: tuple[str, ...], text: str) -> None:
    with pytest.raises(BroadcasterError) as refused:
        await asyncio.to_thread(find, link.format(edge=edge.url), channels)
    assert text in refused.value.advice()


async def test_what_a_link_means(edge: Edge) -> None:
    target = await asyncio.to_thread(find, f"{edge.url}/e/talk?lang=ar", ())
    assert (target.event, target.channels, target.state) == ("talk", ("ar",), "live")
    assert target.local
    target = await asyncio.to_thread(lambda: find(edge.url, ("es", "es+floor"), event="talk"))
    assert target.channels == ("es", "es+floor")


def test_only_own_addresses_are_local() -> None:
    assert is_local(socket.AF_INET, ("127.0.0.1", 80))
    assert is_local(socket.AF_INET6, ("::1", 80, 0, 0))
    assert not is_local(socket.AF_INET, ("192.0.2.1", 80))
