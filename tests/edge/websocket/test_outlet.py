"""The WebSocket outlet when this process or a listener is too slow."""

import logging

import pytest

from broadcaster.edge.fanout.outlet import OutletTools
from broadcaster.edge.websocket.inbound import PING
from broadcaster.edge.websocket.listener import WEBSOCKET_BUDGET_BYTES
from broadcaster.edge.websocket.outlet import IDLE_S, MOST_WAITING_FRAMES, WebSocketOutlet
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.sockets.uring import Ring
from tests.edge.clock import SteppedClock
from tests.edge.conftest import PACKET
from tests.edge.stalling import jammed, slow_listeners
from tests.edge.waiting import until
from tests.sockets.pairs import connections
from tests.support.tasks import background_task


def envelope(number: int, payload: bytes = PACKET) -> bytes:
    return AudioFrame(Kind.OPUS, number, number, payload).to_bytes()


async def test_frames_that_this_process_could_not_write_in_time_are_counted() -> None:
    clock = SteppedClock()
    slow = slow_listeners(clock)
    outlet = WebSocketOutlet(OutletTools(clock, Ring.open(), slow))
    async with connections(2) as pairs:
        for pair in pairs:
            outlet.add(pair.transport)
        for number in range(MOST_WAITING_FRAMES + 3):
            outlet.send_envelope(envelope(number))
        assert slow.skipped_frames == 3 * 2
        size = len(envelope(0)) + 2
        async with background_task(outlet.run(), name="outlet"):
            for pair in pairs:
                sent = await pair.theirs.read(MOST_WAITING_FRAMES * size)
                numbers = [sent[at + 6 : at + 10] for at in range(0, len(sent), size)]
                newest = range(3, MOST_WAITING_FRAMES + 3)
                assert numbers == [number.to_bytes(4, "big") for number in newest]


async def test_the_log_says_once_a_second_how_many_listeners_are_too_slow(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SteppedClock()
    slow = slow_listeners(clock)
    outlet = WebSocketOutlet(OutletTools(clock, None, slow))
    async with jammed() as one, jammed() as two, background_task(outlet.run(), name="outlet"):
        for transport in (one, two):
            outlet.add(transport)
        for number in range(20):
            outlet.send_envelope(envelope(number, bytes(WEBSOCKET_BUDGET_BYTES)))
        await until(lambda: slow.skipped_frames == 40)
        clock.seconds += 1
        outlet.send_envelope(envelope(20, bytes(WEBSOCKET_BUDGET_BYTES)))
        await until(lambda: slow.skipped_frames == 42)
        outlet.cut()
    messages = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert messages == [
        "listeners are too slow: 1 of them missed 1 frames since the last line like this",
        "listeners are too slow: 2 of them missed 40 frames since the last line like this",
    ]


async def test_a_channel_that_sends_nothing_pings_its_listeners() -> None:
    clock = SteppedClock()
    outlet = WebSocketOutlet(OutletTools(clock, None, slow_listeners(clock)))
    async with connections(1) as [pair], background_task(outlet.run(), name="outlet"):
        outlet.add(pair.transport)
        await clock.advance(IDLE_S)
        assert await pair.theirs.read(len(PING)) == PING
        outlet.send_envelope(envelope(0))
        assert len(await pair.theirs.read(len(envelope(0)) + 2)) > len(PING)
        await clock.advance(IDLE_S)
        await clock.advance(IDLE_S)
        assert await pair.theirs.read(len(PING)) == PING
