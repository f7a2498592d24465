"""A listener changes channel on the WebSocket it has, over real sockets."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from broadcaster.edge.fanout.outlet import OutletTools
from broadcaster.edge.websocket import channel as listener_channel
from broadcaster.edge.websocket.inbound import (
    MESSAGES_PER_S,
    MOST_MESSAGES,
    TOO_BIG,
    WebSocketInbound,
)
from broadcaster.edge.websocket.outlet import (
    BACKLOG_MS,
    FLOWING_S,
    MOST_BACKLOG_MS,
    WebSocketOutlet,
)
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.event import EventState
from tests.edge.clock import SteppedClock
from tests.edge.conftest import EVENT, FRAME_MS, PACKET, Edge
from tests.edge.stalling import slow_listeners
from tests.edge.waiting import counted, until
from tests.edge.websockets import fragment, masked
from tests.edge.websockets import listening as raw_listening
from tests.sockets.pairs import connections
from tests.support.clock import FakeClock
from tests.support.tasks import background_task

DEADLINE_S = 20.0
Socket = aiohttp.ClientWebSocketResponse


@asynccontextmanager
async def listening(edge: Edge, channel: str) -> AsyncIterator[Socket]:
    """A listener, after the hello."""
    address = f"/e/talk/audio/{channel}"
    async with edge.http.ws_connect(address, protocols=["broadcaster.audio.v1"]) as ws:
        assert (await answer(ws))["channel"] == channel
        yield ws


async def answer(ws: Socket) -> dict[str, object]:
    """The next message, which is text."""
    message: dict[str, object] = json.loads(await ws.receive_str(timeout=DEADLINE_S))
    return message


async def heard(ws: Socket, count: int) -> list[bytes]:
    """The next messages, which are sound."""
    return [await ws.receive_bytes(timeout=DEADLINE_S) for _ in range(count)]


async def hears(ws: Socket, edge: Edge, channel: str) -> None:
    """Check that a listener gets what is said on a channel."""
    said = edge.say(channel)
    assert await heard(ws, 1) == [said]


async def before_the_answer(ws: Socket, edge: Edge, channel: str) -> dict[str, object]:
    """Let a channel speak until a text message comes; returns that message."""
    while True:
        edge.say(channel)
        message = await ws.receive(timeout=DEADLINE_S)
        if message.type is aiohttp.WSMsgType.TEXT:
            found: dict[str, object] = json.loads(message.data)
            return found


@pytest.mark.parametrize(
    ("asked", "frames"),
    [
        ({}, BACKLOG_MS // FRAME_MS),
        ({"backlog_ms": 0}, 0),
        ({"backlog_ms": 500}, 8),
        ({"backlog_ms": 60_000}, MOST_BACKLOG_MS // FRAME_MS),
    ],
)
async def test_the_other_channel_begins_with_its_newest_sound(
    edge: Edge, asked: dict[str, int], frames: int
) -> None:
    async with listening(edge, "ar") as other, listening(edge, "es") as ws:
        arabic = [edge.say("ar") for _ in range(30)]
        await heard(other, len(arabic))
        await hears(ws, edge, "es")
        await ws.send_json({"channel": "ar", **asked})
        assert await answer(ws) == {"type": "changed", "channel": "ar"}
        assert counted(edge) == {"ar": 2}
        edge.say("es")
        live = [edge.say("ar") for _ in range(2)]
        assert await heard(ws, frames + 2) == arabic[len(arabic) - frames :] + live


async def test_an_unknown_channel_is_refused_and_the_present_one_goes_on(edge: Edge) -> None:
    async with listening(edge, "es") as ws:
        for channel in ("xx", "floor+floor", "es+fec", "", "\ud800"):
            await ws.send_str(json.dumps({"channel": channel}))
            refused = await answer(ws)
            assert (refused["type"], refused["error"]) == ("refused", "unknown_channel")
            assert "es, ar" in str(refused["hint"])
        await hears(ws, edge, "es")
        assert counted(edge) == {"es": 1}


@pytest.mark.parametrize(
    "text",
    [
        "ar",
        "[]",
        '"ar"',
        "{}",
        '{"channel": 1}',
        '{"channel": "ar", "backlog_ms": -1}',
        '{"channel": "ar", "backlog_ms": true}',
        '{"channel": "ar", "backlog_ms": 0.5}',
        "[" * 1_000,
    ],
)
async def test_what_is_no_command_is_refused_with_the_form_of_one(edge: Edge, text: str) -> None:
    async with listening(edge, "es") as ws:
        await ws.send_str(text)
        refused = await answer(ws)
        assert (refused["type"], refused["error"]) == ("refused", "malformed_body")
        assert '{"channel": "es"}' in str(refused["hint"])
        await hears(ws, edge, "es")


async def test_a_command_may_come_in_parts_and_binary_messages_are_ignored(edge: Edge) -> None:
    reader, writer = await raw_listening(edge)
    writer.write(masked(0x2, b'{"channel": "floor"}'))
    writer.write(fragment(0x1, b'{"channel": ') + masked(0x0, b'"xx"}'))
    async with asyncio.timeout(DEADLINE_S):
        answered = await reader.readuntil(b"}")
    assert b'"unknown_channel"' in answered
    writer.close()


async def test_a_message_in_parts_has_the_same_limit(edge: Edge) -> None:
    reader, writer = await raw_listening(edge)
    writer.write(fragment(0x1, bytes(1_000)) + masked(0x0, bytes(1_000)))
    async with asyncio.timeout(DEADLINE_S):
        assert await reader.read() == bytes((0x88, 2)) + TOO_BIG.to_bytes(2, "big")
    writer.close()


async def test_until_a_variant_is_encoded_the_present_channel_is_heard(edge: Edge) -> None:
    async with listening(edge, "es") as ws:
        await hears(ws, edge, "es")
        await ws.send_json({"channel": "es+floor", "backlog_ms": 600})
        await until(lambda: counted(edge) == {"es": 1, "es+floor": 1})
        await hears(ws, edge, "es")
        mixed = edge.say("es+floor")
        assert await answer(ws) == {"type": "changed", "channel": "es+floor"}
        edge.say("es")
        assert await heard(ws, 1) == [mixed]
        assert counted(edge) == {"es+floor": 1}


async def test_a_second_change_takes_the_place_of_one_that_waits(edge: Edge) -> None:
    async with listening(edge, "es") as ws, listening(edge, "ar") as other:
        await ws.send_json({"channel": "es+floor"})
        await until(lambda: counted(edge) == {"es": 1, "es+floor": 1, "ar": 1})
        edge.say("ar")
        await heard(other, 1)
        await ws.send_json({"channel": "ar"})
        assert await answer(ws) == {"type": "changed", "channel": "ar"}
        assert counted(edge) == {"ar": 2}
        edge.say("es+floor")
        assert len(await heard(ws, 1)) == 1
        await hears(ws, edge, "ar")


async def test_a_silent_channel_is_taken_after_a_while(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_channel, "WAITS_S", 0.05)
    async with listening(edge, "es") as ws:
        await ws.send_json({"channel": "ar"})
        assert await before_the_answer(ws, edge, "es") == {"type": "changed", "channel": "ar"}
        assert counted(edge) == {"ar": 1}
        await hears(ws, edge, "ar")


async def test_a_listener_that_leaves_while_waiting_is_counted_nowhere(edge: Edge) -> None:
    async with listening(edge, "es") as ws:
        await ws.send_json({"channel": "ar"})
        await until(lambda: counted(edge) == {"es": 1, "ar": 1})
    await until(lambda: counted(edge) == {})
    edge.say("ar")


async def test_an_event_that_ends_ends_a_listener_that_waits(edge: Edge) -> None:
    async with listening(edge, "es") as ws:
        await ws.send_json({"channel": "ar"})
        await until(lambda: counted(edge) == {"es": 1, "ar": 1})
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        message = await ws.receive(timeout=DEADLINE_S)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4000)
    await until(lambda: counted(edge) == {})


async def test_there_and_back_leaves_one_listener(edge: Edge) -> None:
    async with listening(edge, "es") as ws, listening(edge, "ar"), listening(edge, "es"):
        for channel in ("es", "ar"):
            edge.say(channel)
        for channel in ("ar", "es", "es", "ar"):
            await ws.send_json({"channel": channel, "backlog_ms": 0})
            while (await ws.receive(timeout=DEADLINE_S)).type is not aiohttp.WSMsgType.TEXT:
                pass
        assert counted(edge) == {"ar": 2, "es": 1}
        await hears(ws, edge, "ar")


async def test_sound_of_the_past_is_no_backlog() -> None:
    clock = SteppedClock()
    outlet = WebSocketOutlet(OutletTools(clock, None, slow_listeners(clock)))
    old, new = (AudioFrame(Kind.OPUS, n, n, PACKET).to_bytes() for n in range(2))
    async with connections(2) as [first, late], background_task(outlet.run(), name="outlet"):
        outlet.add(first.transport)
        outlet.send_envelope(old)
        assert (await first.theirs.read(2 + len(old)))[2:] == old
        clock.seconds += FLOWING_S
        outlet.add(late.transport)
        outlet.send_envelope(new)
        assert (await late.theirs.read(2 + len(new)))[2:] == new


async def test_messages_are_allowed_again_after_a_pause() -> None:
    clock, texts = FakeClock(), list[str]()
    async with connections(1) as [pair]:
        inbound = WebSocketInbound(lambda: None, texts.append, lambda: False, clock)
        inbound.connection_made(pair.transport)
        for _ in range(MOST_MESSAGES):
            inbound.data_received(masked(0x1, b"?"))
        clock.seconds += 2 / MESSAGES_PER_S
        for _ in range(2):
            inbound.data_received(masked(0x1, b"!"))
        assert (len(texts), pair.transport.is_closing()) == (MOST_MESSAGES + 2, False)
        inbound.data_received(masked(0x1, b"!"))
        assert (len(texts), pair.transport.is_closing()) == (MOST_MESSAGES + 2, True)
