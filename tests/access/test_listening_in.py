"""A token of the desk opens what the audience hears and reads: no passcode is asked for."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.web.access.credentials import COOKIE
from tests.access.holders import ask, event, holder, make
from tests.support.deadline import deadline
from tests.support.player import player, subscribed
from tests.support.server import TOKEN, Server, running_server

CAPTIONS, SOUND = "/e/talk/captions/es", "/e/talk/audio/es"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


async def shut_event(server: Server) -> None:
    await server.create("es", passcode="Water-24")


def browser(server: Server, cookie: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(server.url, headers={"Cookie": f"{COOKIE}={cookie}"})


async def status_of(http: aiohttp.ClientSession, path: str) -> int:
    async with deadline(), http.get(path) as answer:
        return answer.status


async def ends(stream: aiohttp.ClientResponse) -> None:
    async with deadline():
        with suppress(aiohttp.ClientError):
            while await stream.content.readline():
                pass


@pytest.mark.parametrize("role", ["admin", "organizer", "technician", "reviewer"])
async def test_the_desk_listens_and_reads_without_the_passcode(server: Server, role: str) -> None:
    await shut_event(server)
    made = await make(server, role, *([] if role == "admin" else ["event:talk"]))
    for http in (holder(server, made["token"]), browser(server, made["token"])):
        async with http as desk:
            assert await status_of(desk, CAPTIONS) == 200
            async with deadline(), desk.ws_connect(SOUND) as ws:
                assert (await ws.receive_json())["type"] == "hello"


async def test_so_does_the_browser_that_was_signed_in_by_the_servers_own_token(
    server: Server,
) -> None:
    await shut_event(server)
    assert await status_of(server.http, CAPTIONS) == 200
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        assert await status_of(http, CAPTIONS) == 401
        await ask(http, "POST", "/api/session", 200, json={"token": TOKEN})
        assert await status_of(http, CAPTIONS) == 200


async def test_tokens_of_others_do_not(server: Server) -> None:
    await shut_event(server)
    await event(server, "other")
    for role, scope in (("technician", "event:other"), ("stage", "event:talk")):
        made = await make(server, role, scope)
        for http in (holder(server, made["token"]), browser(server, made["token"])):
            async with http as stranger:
                assert await status_of(stranger, CAPTIONS) == 401


async def test_what_it_opened_is_cut_off_when_it_is_revoked(server: Server) -> None:
    await shut_event(server)
    made: dict[str, Any] = await make(server, "reviewer", "event:talk")
    async with holder(server, made["token"]) as http, player() as listener:
        await subscribed(http, "/whep/talk/es", listener)
        await listener.state("connected")
        async with (
            deadline(60),
            http.ws_connect(SOUND) as ws,
            http.get(CAPTIONS) as captions,
            server.http.get(CAPTIONS) as kept,
        ):
            await ws.receive_json()
            assert await captions.content.readline()
            await ask(server.http, "DELETE", f"/api/tokens/{made['id']}", 200)
            await ends(captions)
            while (message := await ws.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
            await listener.state("closed")
            assert not kept.content.at_eof()
        assert await status_of(http, CAPTIONS) == 401
