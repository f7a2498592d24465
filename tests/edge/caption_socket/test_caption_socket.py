"""Captions by WebSocket: with a token, each caption and revision once, whatever happens between."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.edge.caption_socket import receiver, routes
from broadcaster.edge.caption_socket.receiver import CAPTIONS_PROTOCOL
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.screens.hall import Hall, hall
from tests.support.deadline import deadline
from tests.support.processes import started

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "captions.py"
PATH = "/e/talk/captions/es/socket"
SAID = Caption("es-1", "es", 1_000, 2_000, "Hola a todos.", final=True)


@pytest_asyncio.fixture
async def venue() -> AsyncIterator[Hall]:
    async with hall() as found:
        yield found


async def append(venue: Hall, *captions: Caption) -> None:
    for caption in captions:
        await venue.bus.append(keys.captions("talk", caption.channel), caption.to_json())


async def token_of(venue: Hall, role: str = "reviewer") -> tuple[str, str]:
    """A token of the event: its id and its secret."""
    body = {"name": "caption wall", "role": role, "scopes": ["event:talk"]}
    async with venue.http.post("/api/tokens", json=body) as answer:
        assert answer.status == 201, await answer.text()
        made = await answer.json()
    return made["id"], made["token"]


class Connected:
    """A receiver that takes one message after the other."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.id = ""
        self.texts: list[tuple[str, int, str]] = []

    async def take(self, count: int) -> list[tuple[str, int, str]]:
        """Read until it has this many captions and revisions."""
        async with deadline():
            while len(self.texts) < count:
                news = await self.socket.receive_json()
                self.id = news["id"]
                self.texts += [
                    (one["id"], one.get("revision", 0), one["text"])
                    for one in news.get("captions", ())
                ]
        return self.texts


async def once_possible(
    http: aiohttp.ClientSession, address: str, refused_by: int
) -> aiohttp.ClientWebSocketResponse:
    """Connect, and try again while the answer has this status."""
    async with deadline():
        while True:
            try:
                return await http.ws_connect(address, protocols=[CAPTIONS_PROTOCOL])
            except aiohttp.WSServerHandshakeError as refused:
                if refused.status != refused_by:
                    raise
                await asyncio.sleep(0.02)


@asynccontextmanager
async def connected(venue: Hall, token: str, query: str = "") -> AsyncIterator[Connected]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(venue.url, headers=headers) as http:
        socket = await once_possible(http, f"{PATH}{query}", 401)  # it learns the token soon
        async with socket:
            one = Connected(socket)
            hello = await socket.receive_json()
            assert (hello["type"], hello["channel"], hello["title"]) == (
                *("hello", "es"),
                "Water for growing cities",
            )
            one.id = hello["id"]
            yield one


async def test_each_caption_and_revision_comes_once_and_goes_on_by_id(venue: Hall) -> None:
    _, token = await token_of(venue)
    await append(venue, SAID)
    second = replace(SAID, id="es-2", start_ms=3_000, text="El agua", final=False)
    whole = replace(second, text="El agua es de todos.", final=True)
    revised = replace(SAID, text="Hola, amigos.", revision=1, revision_id="x", corrected=True)
    hidden = replace(whole, text="", revision=1, revision_id="y", hidden=True)
    async with connected(venue, token, "?after=0-0") as one:
        assert await one.take(1) == [("es-1", 0, "Hola a todos.")]
        await append(venue, second, replace(second, text="El agua es"), whole, revised)
        assert (await one.take(3))[1:] == [
            ("es-2", 0, "El agua es de todos."),
            ("es-1", 1, "Hola, amigos."),
        ]
        last = one.id
    third = replace(SAID, id="es-3", start_ms=6_000, text="Gracias.")
    await append(venue, hidden, third)
    async with connected(venue, token, f"?after={last}") as again:
        assert await again.take(2) == [("es-2", 1, ""), ("es-3", 0, "Gracias.")]
    async with connected(venue, token) as late:  # from now on
        await append(venue, replace(SAID, id="es-4", start_ms=9_000, text="Fin."))
        assert await late.take(1) == [("es-4", 0, "Fin.")]


async def test_it_takes_a_token_that_is_valid(venue: Hall) -> None:
    token_id, token = await token_of(venue)
    async with aiohttp.ClientSession(venue.url) as nobody:
        async with nobody.get(PATH) as answer:
            assert (answer.status, (await answer.json())["error"]) == (401, "wrong_admin_token")
    for query, status, error in (
        ("", 426, "websocket_expected"),
        ("?after=x", 400, "wrong_id"),
    ):
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if query else {}
        headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "=="}
        async with venue.http.get(f"{PATH}{query}", headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (status, error)
    async with venue.http.get("/e/talk/captions/fr/socket") as answer:
        assert answer.status == 404
    async with connected(venue, token) as one:
        async with venue.http.delete(f"/api/tokens/{token_id}") as answer:
            assert answer.status in {200, 204}
        async with deadline():
            refused = await one.socket.receive_json()
            closed = await one.socket.receive()
        assert (refused["type"], refused["error"]) == ("refused", "token_revoked")
        assert refused["id"] == one.id
        assert refused["hint"]
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1008)
        assert closed.extra == "token_revoked: this token was revoked"
    with pytest.raises(aiohttp.WSServerHandshakeError) as late:
        await aiohttp.ClientSession.ws_connect(venue.http, PATH, headers=bearer(token))
    assert late.value.status == 401


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_receiver_that_does_not_read_is_told_why_it_is_disconnected(
    venue: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "READS_WITHIN_S", 0.5)
    monkeypatch.setattr(routes, "MOST_RECEIVERS", 1)
    long = "palabra " * 400
    await append(
        venue,
        *(replace(SAID, id=f"es-{number}", text=f"{number} {long}") for number in range(1_500)),
    )
    async with venue.http.ws_connect(f"{PATH}?after=0-0", max_msg_size=0) as slow:
        slow._response.connection.transport.pause_reading()  # type: ignore[union-attr]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await venue.http.ws_connect(PATH)
        assert refused.value.status == 503  # too_many_receivers
        other = await once_possible(venue.http, PATH, 503)
        await other.close()
        slow._response.connection.transport.resume_reading()  # type: ignore[union-attr]
        taken: list[Any] = []
        async with deadline():
            async for message in slow:
                taken += json.loads(message.data).get("captions", [])
    assert 0 < len(taken) < 1_500


async def test_the_example_prints_each_once(venue: Hall) -> None:
    _, token = await token_of(venue)
    url = f"{venue.url.replace('http', 'ws', 1)}{PATH}"
    async with connected(venue, token):  # the token is known
        async with started([sys.executable, str(EXAMPLE), url, token]) as example:
            await example.line(r"^connected: ")
            revised = replace(SAID, text="Hola, amigos.", revision=1, revision_id="x")
            await append(venue, SAID)
            await example.line(r"^es-1: Hola a todos\.")
            await append(venue, revised)
            await example.line(r"^es-1: revised: Hola, amigos\.")
            assert sum(line.startswith("es-1: Hola a todos.") for line in example.lines) == 1
