"""An edge that stops tells every listener, and cuts none in the middle of a message."""

import asyncio
import json
import re
from functools import partial

import aiohttp
import pytest

from broadcaster.edge.fanout.caption_messages import RETURN_MS
from broadcaster.edge.rooms.goodbyes import say_goodbyes
from broadcaster.model.audio import ENVELOPE_HEADER_BYTES
from tests.edge.captions import reading
from tests.edge.conftest import PACKET, Edge
from tests.edge.http_players import playing
from tests.edge.old_clients import connected
from tests.edge.waiting import counted, until
from tests.edge.websockets import listening
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.player import player, subscribed
from tests.support.tasks import background_task

GOODBYE = re.compile(rb"retry: (\d+)\nid: ([\d-]+)\n\n")


def stop(edge: Edge, over_s: float = 0) -> "asyncio.Task[None]":
    """Begin to stop, as a process does."""
    edge.stopping.set()
    return asyncio.create_task(edge.rooms.send_listeners_away(over_s), name="stopping")


async def test_a_websocket_is_closed_with_1001_after_its_last_frame(edge: Edge) -> None:
    async with edge.http.ws_connect("/e/talk/audio/es") as ws:
        await ws.receive_json()
        envelope = edge.say("es")
        async with deadline():
            assert await ws.receive_bytes() == envelope
        stopping = stop(edge)
        async with deadline():
            message = await ws.receive()
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
            await stopping
        assert ws.close_code == 1001


async def test_a_slow_websocket_gets_whole_frames_and_then_1001(edge: Edge) -> None:
    """It reads nothing until it is told; everything before the close frame is a whole frame."""
    reader, writer = await listening(edge)
    payload = bytes([PACKET[0]]) + bytes(1_000)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(400):
        edge.say("es", payload)
        await asyncio.sleep(0)
    stopping = stop(edge)
    await asyncio.sleep(0)
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    async with deadline():
        data = await reader.read(-1)
        await stopping
    writer.close()
    opcodes, frame = [], b""
    while data:
        size, start = data[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        frame = data[start : start + size]
        assert len(frame) == size
        opcodes.append(data[0] & 15)
        if data[0] & 15 == 2:
            assert frame[ENVELOPE_HEADER_BYTES:] == payload
        data = data[start + size :]
    assert int.from_bytes(frame, "big") == 1001
    assert opcodes.count(8) == 1
    assert 2 in opcodes


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_captions_end_with_when_to_return_and_from_where(edge: Edge, version: str) -> None:
    stream_id = await edge.caption(1, "Hola")
    async with connected(edge.url) as client:
        await client.ask("GET", "/e/talk/captions/es", version)
        await client.until(b"Hola")
        await stop(edge)
        rest = await client.rest()
    found = GOODBYE.search(rest)
    assert found is not None
    assert RETURN_MS[0] <= int(found[1]) <= RETURN_MS[1]
    assert found[2].decode() == stream_id
    end = rest[found.end() :]
    assert end == (b"" if version == "1.0" else b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("earlier", [0, 2])
async def test_a_reader_of_new_captions_misses_none_while_it_moves(
    edge: Edge, *, earlier: int
) -> None:
    """It has read no caption, so that only the goodbye tells it where to go on."""
    for number in range(earlier):
        await edge.caption(number, "Antes")
    async with connected(edge.url) as client:
        await client.ask("GET", "/e/talk/captions/es?from=live", "1.0")
        await client.until(b" \n\n")
        await stop(edge)
        found = GOODBYE.search(await client.rest())
    assert found is not None
    edge.stopping.clear()
    await edge.caption(9, "Entretanto")
    async with reading(edge, "?from=live", Last_Event_ID=found[2].decode()) as source:
        _, caption = await source.caption()
    assert caption["text"] == "Entretanto"


SAID = 300


async def every_caption(edge: Edge) -> list[str]:
    """The ids that a reader gets, which connects again whenever it is told to."""
    ids: list[str] = []
    last = "0-0"
    while len(ids) < SAID:
        headers = {"Last-Event-ID": last}
        async with edge.http.get("/e/talk/captions/es", headers=headers) as answer:
            body = await answer.content.read() if answer.status == 200 else b""
        for name, number in re.findall(rb"^(?:event: (caption)|id: (\S+))$", body, re.MULTILINE):
            last = number.decode() or last
            ids += [last] if name else []
    return ids


async def test_readers_that_follow_get_each_caption_once_across_goodbyes(edge: Edge) -> None:
    """Captions come while readers are told one by one."""
    said: list[str] = []

    async def speak() -> None:
        for number in range(SAID):
            said.append(await edge.caption(number, "x"))
            await asyncio.sleep(0)

    def following() -> int:
        return edge.rooms.counts().readers.get(("talk", "es"), 0)

    async with background_task(speak(), "speaking"):
        readers = [asyncio.create_task(every_caption(edge), name=f"reader {n}") for n in range(20)]
        while True:
            await until(lambda: following() == [reader.done() for reader in readers].count(False))
            if not following():
                break
            await stop(edge, over_s=0.2)
            edge.stopping.clear()
    assert len(said) == SAID
    assert all(reader.result() == said for reader in readers)


@pytest.mark.parametrize("form", ["ogg", "mp3"])
async def test_a_player_gets_a_body_that_ends(edge: Edge, form: str) -> None:
    async with playing(edge, f"/listen/talk/es.{form}") as one:
        await one.has(1_000)
        await stop(edge)
        await one.finish()  # aiohttp raises for a body that is cut
    assert one.response.connection is None
    if form == "ogg":
        *_, last = bytes(one.body).split(b"OggS")
        segments = last[22]
        assert len(last) == 23 + segments + sum(last[23 : 23 + segments])


@pytest.mark.usefixtures("loopback")
async def test_a_webrtc_player_is_hung_up_on(edge: Edge) -> None:
    async with player() as listener:
        await subscribed(edge.http, "/whep/talk/es", listener)
        await listener.state("connected")
        await until(lambda: counted(edge) == {"es": 1})
        await stop(edge)
        await listener.state("closed")


async def test_a_process_that_stops_takes_no_newcomers_and_keeps_no_connection(edge: Edge) -> None:
    edge.stopping.set()
    await edge.refuses("/readyz", 503, "stopping")
    await edge.refuses("/e/talk/captions/es", 503, "stopping")
    await edge.refuses("/listen/talk/es.ogg", 503, "stopping")
    async with edge.http.post("/whep/talk/es", data="") as answer:
        assert (answer.status, (await answer.json())["error"]) == (503, "stopping")
    for path in ("/e/talk/poll/es", "/e/talk/info", "/healthz"):
        async with connected(edge.url) as client:
            head = await client.ask("GET", path, "1.1")
            assert (head.status, head.headers["connection"]) == (200, "close")
            body = await client.rest()
            assert json.loads(body)


async def test_goodbyes_are_spread_over_the_time_and_in_no_order() -> None:
    clock, told = FakeClock(), list[tuple[float, int]]()

    async def leave(number: int) -> None:
        told.append((clock.monotonic(), number))

    await say_goodbyes([partial(leave, number) for number in range(100)], 10.0, clock)
    assert [moment for moment, _ in told] == pytest.approx([n / 10 for n in range(100)])
    assert sorted(number for _, number in told) == list(range(100))
    assert [number for _, number in told] != list(range(100))


async def test_a_goodbye_that_fails_keeps_the_others_from_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[int] = []

    async def leave(number: int) -> None:
        if number == 3:
            raise ValueError("a defect")
        told.append(number)

    await say_goodbyes([partial(leave, number) for number in range(10)], 0, FakeClock())
    assert sorted(told) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert "could not be told" in caplog.text


async def test_nobody_is_waited_for_when_nobody_listens() -> None:
    clock = FakeClock()
    await say_goodbyes([], 10.0, clock)
    assert clock.monotonic() == 0
