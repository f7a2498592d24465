"""Sound over WebSocket: the same bytes for everybody, and no listener waits for another."""

import dataclasses
from functools import partial

import aiohttp
import pytest

from broadcaster.edge.websocket.listener import (
    WEBSOCKET_BUDGET_BYTES,
    WebSocketListener,
    websocket_frame,
)
from broadcaster.edge.websocket.outlet import BACKLOG_MS
from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, FRAME_MS, Edge, running_edge
from tests.edge.stalling import check_patience, jammed, slow_listeners, stop_reading
from tests.support.clock import FakeClock
from tests.support.deadline import deadline

PROTOCOL = "broadcaster.audio.v1"
DEADLINE_S = 20.0


async def hello(ws: aiohttp.ClientWebSocketResponse) -> dict[str, object]:
    greeting: dict[str, object] = await ws.receive_json(timeout=DEADLINE_S)
    return greeting


async def test_every_listener_gets_the_envelope_of_the_bus(edge: Edge) -> None:
    async with (
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as one,
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as two,
        edge.http.ws_connect("/e/talk/audio/floor", protocols=[PROTOCOL]) as floor,
    ):
        greeting = await hello(one)
        assert greeting["channel"] == "es"
        assert greeting["frame_ms"] == FRAME_MS
        assert one.protocol == PROTOCOL
        await hello(two)
        await hello(floor)
        said = [edge.say("es", bytes(size)) for size in (1, 100, 126, 400)]
        for ws in (one, two):
            heard = [await ws.receive_bytes(timeout=DEADLINE_S) for _ in said]
            assert heard == said
        original = edge.say("floor")
        assert await floor.receive_bytes(timeout=DEADLINE_S) == original


async def test_a_low_rate_variant_is_a_channel_of_its_own_with_packets_of_60_ms() -> None:
    async with (
        running_edge(frame_ms=20) as edge,
        edge.http.ws_connect("/e/talk/audio/es+low", protocols=[PROTOCOL]) as low,
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as plain,
    ):
        assert [(await hello(ws))["frame_ms"] for ws in (low, plain)] == [60, 20]
        edge.say("es")
        said = edge.say("es+low")
        assert await low.receive_bytes(timeout=DEADLINE_S) == said
        assert edge.rooms.counts().listeners == {("talk", "es+low"): 1, ("talk", "es"): 1}


async def test_a_late_listener_starts_with_the_newest_frames(edge: Edge) -> None:
    async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as first:
        await hello(first)
        said = [edge.say("es") for _ in range(10)]
        for _ in said:
            await first.receive_bytes(timeout=DEADLINE_S)
        async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as late:
            await hello(late)
            newest = said[-BACKLOG_MS // FRAME_MS :]
            heard = [await late.receive_bytes(timeout=DEADLINE_S) for _ in newest]
            assert heard == newest


async def test_closing_the_event_ends_the_sound(edge: Edge) -> None:
    async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as ws:
        await hello(ws)
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        message = await ws.receive(timeout=DEADLINE_S)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4000)
    async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as ws:
        await hello(ws)
        message = await ws.receive(timeout=DEADLINE_S)
        assert message.data == 4000


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/e/nope/audio/es", 404, "unknown_event"),
        ("/e/UPPER/audio/es", 404, "unknown_event"),
        ("/e/talk/audio/fr", 404, "unknown_channel"),
        ("/e/talk/audio/es", 426, "websocket_expected"),
        ("/e/talk/audio/es+floor", 426, "websocket_expected"),
        ("/e/talk/audio/es+low", 426, "websocket_expected"),
        ("/e/talk/audio/es+evenfloor+low", 426, "websocket_expected"),
        ("/e/talk/audio/floor+low", 426, "websocket_expected"),
        ("/e/talk/audio/floor+floor+low", 404, "unknown_channel"),
        ("/e/talk/audio/es+low+fec", 404, "unknown_channel"),
        ("/e/talk/audio/es+full", 404, "unknown_channel"),
        ("/e/talk/captions/es+low", 404, "unknown_channel"),
        ("/e/talk/audio/floor+floor", 404, "unknown_channel"),
        ("/e/talk/audio/floor+evenfloor", 404, "unknown_channel"),
        ("/e/talk/audio/es+loudfloor", 404, "unknown_channel"),
        ("/e/talk/audio/es+evenfloor+fec", 404, "unknown_channel"),
        ("/e/talk/captions/es+floor", 404, "unknown_channel"),
        ("/e/nope/captions/es", 404, "unknown_event"),
        ("/e/talk/captions/xx", 404, "unknown_channel"),
        ("/e/nope/info", 404, "unknown_event"),
        ("/nowhere", 404, "not_found"),
    ],
)
async def test_wrong_addresses(edge: Edge, path: str, status: int, error: str) -> None:
    await edge.refuses(path, status, error)


async def test_a_draft_is_unknown(edge: Edge) -> None:
    await edge.put(dataclasses.replace(EVENT, id="later", state=EventState.DRAFT))
    async with edge.http.get("/e/later/info") as answer:
        assert (await answer.json())["error"] == "unknown_event"


async def test_info_lists_the_channels(edge: Edge) -> None:
    async with edge.http.get("/e/talk/info") as answer:
        info = await answer.json()
    assert info["state"] == "live"
    assert [(c["id"], c["name"], c["dir"]) for c in info["channels"]] == [
        ("floor", "Original", "auto"),
        ("es", "Español", "ltr"),
        ("ar", "العربية", "rtl"),
    ]
    assert [c.get("interpreter") for c in info["channels"]] == [None, "ai", "ai"]
    assert [c.get("language") for c in info["channels"]] == [None, None, None]
    await edge.put(dataclasses.replace(EVENT, source_language="de"))
    async with deadline():
        while info["channels"][0].get("language") != "de":
            async with edge.http.get("/e/talk/info") as answer:
                info = await answer.json()


async def test_a_listener_that_keeps_sending_is_disconnected(edge: Edge) -> None:
    async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as ws:
        await hello(ws)
        for _ in range(20):
            await ws.send_str("hello?")
        while (message := await ws.receive(timeout=DEADLINE_S)).type is aiohttp.WSMsgType.TEXT:
            assert message.json()["error"] == "malformed_body"
        assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
    async with edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as ws:
        await hello(ws)
        await ws.send_bytes(bytes(100_000))
        message = await ws.receive(timeout=DEADLINE_S)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)


async def test_a_listener_that_stops_reading_does_not_affect_the_others(edge: Edge) -> None:
    async with (
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as good,
        edge.http.ws_connect("/e/talk/audio/es", protocols=[PROTOCOL]) as stalled,
    ):
        await hello(good)
        await hello(stalled)
        reading = stop_reading(stalled._response)
        for _ in range(3_000):
            said = edge.say("es", bytes(900))
            assert await good.receive_bytes(timeout=DEADLINE_S) == said
        reading.resume_reading()
        skipped = 0
        last = edge.say("es", b"last")
        while (message := await stalled.receive(timeout=DEADLINE_S)).data != last:
            if message.type is aiohttp.WSMsgType.TEXT:
                skipped += message.json()["frames"]
                last = edge.say("es", b"last")
        assert skipped > 1_000


async def test_a_stalled_listener_is_disconnected() -> None:
    async with jammed() as transport:
        clock = FakeClock()
        slow = slow_listeners(clock)
        listener = WebSocketListener(transport, clock, slow)
        frame = websocket_frame(bytes(WEBSOCKET_BUDGET_BYTES))
        check_patience(transport, clock, slow, partial(listener.late, frame))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535])
def test_frames_have_the_right_header(size: int) -> None:
    frame = websocket_frame(bytes(size))
    assert frame[0] == 0x82
    length = frame[1] if frame[1] < 126 else int.from_bytes(frame[2:4], "big")
    assert length == size
    assert len(frame) == size + (2 if size < 126 else 4)
