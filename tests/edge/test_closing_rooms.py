"""Requests that wait for something while their event, room or stream closes."""

import asyncio
import dataclasses
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest

from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.edge.http import stream as http_stream
from broadcaster.edge.http.formats import Encoder, HttpFormat, make_encoder
from broadcaster.edge.rooms import event_room
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.whep.sessions import SessionCall
from broadcaster.errors import UnknownSession
from broadcaster.model.event import EventState
from broadcaster.model.ports import Entry, Record
from tests.edge.conftest import EVENT, Edge
from tests.edge.http_players import playing
from tests.edge.waiting import counted, until
from tests.edge.whep_sessions import ES
from tests.support.player import SDP, player
from tests.support.signaling import error
from tests.support.tasks import background_task

DEADLINE_S = 30.0
ICY = {"Icy-MetaData": "1"}


async def room_closed(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> EventRoom:
    """Let the event's room close, which must have no listeners; returns it."""
    room = edge.rooms._rooms["talk"]
    with monkeypatch.context() as patch:
        patch.setattr(event_room, "ROOM_LINGER_S", 0.0)
        await until(lambda: room.ended and not room._parts)
    return room


async def event_closed(edge: Edge) -> None:
    """Close the event, and wait until its room has seen that."""
    await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
    await until(lambda: edge.rooms._rooms["talk"].event.state is EventState.CLOSED)


@asynccontextmanager
async def asking(
    edge: Edge, offer: str
) -> AsyncIterator[Callable[[], Awaitable[aiohttp.ClientResponse]]]:
    """A player that has sent half its offer; the function sends the rest and returns the answer."""
    gate = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield offer[:20].encode()
        await gate.wait()
        yield offer[20:].encode()

    async def answer() -> aiohttp.ClientResponse:
        gate.set()
        return await post

    async def subscribe() -> aiohttp.ClientResponse:
        return await edge.http.post(ES, data=body(), headers=SDP)

    async with background_task(subscribe(), name="a slow offer") as post:
        await until(lambda: "talk" in edge.rooms._rooms)
        yield answer


@asynccontextmanager
async def held_back(edge: Edge, path: str, **headers: str) -> AsyncIterator[asyncio.Task[bytes]]:
    """A request whose response is about to begin; the task returns its body."""

    async def read() -> bytes:
        async with edge.http.get(path, headers=headers) as answer:
            assert answer.status == 200
            return await answer.read()

    edge.gate.shut()
    async with background_task(read(), name=path) as reading:
        await until(lambda: edge.gate.waiting == 1)
        yield reading


async def check_cut(reading: asyncio.Task[bytes]) -> None:
    """Check that a request is disconnected, so that its client connects again."""
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(aiohttp.ClientError):
            await reading


@asynccontextmanager
async def no_captions(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Captions cannot be read from the bus until the event is set."""
    loaded, read = asyncio.Event(), edge.bus.read

    async def read_late(stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        await loaded.wait()
        return await read(stream, after_id, limit)

    monkeypatch.setattr(edge.bus, "read", read_late)
    yield loaded
    loaded.set()


@pytest.mark.usefixtures("loopback")
async def test_a_player_that_offers_while_the_event_closes_is_refused(edge: Edge) -> None:
    async with player() as listener, asking(edge, listener.offer) as answer:
        await event_closed(edge)
        assert await error(await answer()) == (409, "event_closed")
    assert (edge.whep.session_count, len(edge.egress)) == (0, 0)


@pytest.mark.usefixtures("loopback")
async def test_a_player_that_offers_while_the_room_closes_hears_the_next_room(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with player() as listener, asking(edge, listener.offer) as answer:
        room = await room_closed(edge, monkeypatch)
        reply = await answer()
        assert reply.status == 201
        await listener.answered(await reply.text())
        await until(lambda: counted(edge) == {"es": 1})
        assert not room._parts


@pytest.mark.usefixtures("loopback")
async def test_a_player_that_hangs_up_during_a_switch_is_gone(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with player() as listener:
        async with edge.http.post(ES, data=listener.offer, headers=SDP) as reply:
            session = reply.headers["Location"].rpartition("/")[2]
        await room_closed(edge, monkeypatch)
        sessions = edge.whep._sessions
        switch = SessionCall("POST", "talk", session, '{"channel": "ar"}')
        answers, get = asyncio.Event(), edge.bus.get

        async def get_late(record: str) -> Record | None:
            await answers.wait()
            return await get(record)

        monkeypatch.setattr(edge.bus, "get", get_late)
        async with background_task(sessions.take(switch), name="switch") as switching:
            await asyncio.sleep(0)
            assert not switching.done(), "the bus is asked for the event"
            await sessions.take(SessionCall("DELETE", "talk", session, ""))
            answers.set()
            with pytest.raises(UnknownSession):
                await switching
    assert (edge.whep.session_count, len(edge.egress)) == (0, 0)


async def test_a_player_with_titles_keeps_its_sound_although_captions_come_late(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with no_captions(edge, monkeypatch) as loaded:
        with monkeypatch.context() as patch:
            patch.setattr(http_stream, "ENCODER_LINGER_S", 0.1)

            async def load() -> None:
                await until(lambda: "talk" in edge.rooms._rooms)
                await asyncio.sleep(3 * http_stream.TICK_S)  # an idle encoder is gone by then
                patch.undo()
                loaded.set()

            async with (
                background_task(load(), name="load"),
                playing(edge, "/listen/talk/es.mp3", **ICY) as it,
            ):
                await it.has(1)
                await it.has(len(it.body) + 30_000)
                assert not it.ended


async def test_a_player_that_waits_for_captions_while_the_room_closes_hears_the_next_room(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with no_captions(edge, monkeypatch):

        async def close_room() -> EventRoom:
            await until(lambda: "talk" in edge.rooms._rooms)
            return await room_closed(edge, monkeypatch)

        async with (
            background_task(close_room(), name="close room") as closing,
            playing(edge, "/listen/talk/es.mp3", **ICY) as it,
        ):
            await it.has(1)
            assert counted(edge) == {"es": 1}
            assert not (await closing)._parts


async def test_a_player_that_waits_for_captions_while_the_event_closes_is_refused(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with no_captions(edge, monkeypatch) as loaded:

        async def load() -> None:
            await until(lambda: "talk" in edge.rooms._rooms)
            await event_closed(edge)
            loaded.set()

        async with background_task(load(), name="load"):
            await edge.refuses("/listen/talk/es.mp3", 409, "event_closed", **ICY)


async def test_a_player_that_waits_for_the_encoder_while_the_event_closes_is_refused(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = threading.Event()

    def make_encoder_late(form: HttpFormat, tags: Mapping[str, str]) -> tuple[Encoder, Backlog]:
        made.wait(DEADLINE_S)
        return make_encoder(form, tags)

    monkeypatch.setattr("broadcaster.edge.http.stream.make_encoder", make_encoder_late)

    async def make() -> None:
        await until(lambda: "talk" in edge.rooms._rooms)
        await event_closed(edge)
        made.set()

    async with background_task(make(), name="make"):
        await edge.refuses("/listen/talk/es.mp3", 409, "event_closed")


async def test_a_player_whose_stream_ended_is_disconnected(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_stream, "ENCODER_LINGER_S", 0.1)
    async with held_back(edge, "/listen/talk/es.mp3") as reading:
        await until(lambda: not edge.rooms._rooms["talk"].audio("es")._outlets)
        edge.gate.open()
        await check_cut(reading)


async def test_a_player_whose_event_closed_is_disconnected(edge: Edge) -> None:
    async with held_back(edge, "/listen/talk/es.mp3") as reading:
        await event_closed(edge)
        edge.gate.open()
        await check_cut(reading)


async def test_a_reader_whose_room_has_closed_is_disconnected(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_back(edge, "/e/talk/captions/es") as reading:
        await room_closed(edge, monkeypatch)
        edge.gate.open()
        await check_cut(reading)


async def test_a_listener_whose_room_has_closed_is_disconnected(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen() -> aiohttp.WSMsgType:
        async with edge.http.ws_connect("/e/talk/audio/es") as ws:
            assert (await ws.receive_json())["type"] == "hello"
            return (await ws.receive()).type

    edge.gate.shut()
    async with background_task(listen(), name="listen") as listening:
        await until(lambda: edge.gate.waiting == 1)
        room = await room_closed(edge, monkeypatch)
        edge.gate.open()
        async with asyncio.timeout(DEADLINE_S):
            assert await listening in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    assert not room._parts
