"""A connection that is idle makes room for others; a listener is not disconnected."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from broadcaster.edge.websocket.listener import EVENT_ENDED
from tests.support.deadline import DEADLINE_S, deadline
from tests.support.player import player, subscribed
from tests.support.server import running_server

KEEPALIVE_S = 2.0
ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


async def idle(url: str, rest: bytes) -> None:
    """Ask once, send `rest`, and wait to be disconnected."""
    port = int(url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASK)
    async with deadline():
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        writer.write(rest)
        await reader.read()
    writer.close()


@pytest.mark.usefixtures("loopback")
async def test_idle_connections_are_closed_and_listeners_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.web.protocol.KEEPALIVE_S", KEEPALIVE_S)
    async with running_server(tmp_path) as server, player() as listener:
        await server.create("es")
        async with (
            server.http.ws_connect("/e/talk/audio/es") as ws,
            server.http.get("/e/talk/captions/es") as captions,
            server.http.get("/listen/talk/es.mp3") as sound,
        ):
            await ws.receive_json(timeout=DEADLINE_S)
            await subscribed(server.http, "/whep/talk/es", listener)
            await listener.state("connected")
            await asyncio.gather(idle(server.url, b""), idle(server.url, ASK[:20]))

            assert listener.connection.connectionState == "connected"
            await server.move("closed")
            async with deadline():
                end = await ws.receive()
                assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, EVENT_ENDED)
                await captions.content.readuntil(b'"state": "closed"')
                assert await sound.content.read()
            await listener.state("closed")
