"""Every endless answer by HTTP/1.0 and 1.1, `GET` and `HEAD`, and through nginx as it comes."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest

from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, Edge
from tests.edge.old_clients import Head, RawClient, connected, nginx_before


@dataclass(frozen=True)
class Endless:
    """An address whose answer does not end.

    Attributes:
        path: the address.
        content_type: of the answer.
        begins: bytes in its first part.
    """

    path: str
    content_type: str
    begins: bytes


ENDLESS = [
    Endless("/e/talk/captions/es", "text/event-stream; charset=utf-8", b'"text":"Hola"'),
    Endless("/e/talk/captions/floor?from=live", "text/event-stream; charset=utf-8", b"state"),
    Endless("/listen/talk/es.mp3", "audio/mpeg", b"\xff\xf3"),
    Endless("/listen/talk/es.ogg", "audio/ogg", b"OpusHead"),
    Endless("/listen/talk/ar+floor.ogg", "audio/ogg", b"OpusHead"),
]
VERSIONS = ["1.0", "1.1"]
each_endless = pytest.mark.parametrize("endless", ENDLESS, ids=lambda endless: endless.path)
each_version = pytest.mark.parametrize("version", VERSIONS)


def check_head(head: Head, endless: Endless, *, chunked: bool) -> None:
    assert head.status == 200
    assert head.headers["content-type"] == endless.content_type
    assert head.headers.get("transfer-encoding") == ("chunked" if chunked else None)
    assert "content-length" not in head.headers


async def next_request_works(client: RawClient, version: str) -> None:
    """The connection is where a request begins: what came before has left nothing on it."""
    head = await client.ask("GET", "/healthz", version)
    assert (head.version, head.status) == (f"HTTP/{version}", 200)
    assert await client.until(b"}") == b'{"status": "ok"}'


@each_endless
@each_version
async def test_get_begins_at_once(edge: Edge, endless: Endless, version: str) -> None:
    await edge.caption(1, "Hola")
    async with connected(edge.url) as client:
        head = await client.ask("GET", endless.path, version)
        check_head(head, endless, chunked=version == "1.1")
        body = await client.until(endless.begins)
    first_line = body.partition(b"\r\n")[0]
    looks_chunked = len(first_line) < 6 and all(char in b"0123456789abcdef" for char in first_line)
    assert looks_chunked == (version == "1.1")


@each_endless
@each_version
async def test_head_has_no_body_and_leaves_the_connection(
    edge: Edge, endless: Endless, version: str
) -> None:
    await edge.caption(1, "Hola")
    async with connected(edge.url) as client:
        for _ in range(2):
            head = await client.ask("HEAD", endless.path, version, Connection="keep-alive")
            check_head(head, endless, chunked=False)
            assert head.headers.get("connection") == (None if version == "1.1" else "keep-alive")
        await next_request_works(client, version)
    assert not any(edge.rooms.counts().readers.values())
    assert not any(edge.rooms.counts().listeners.values())


@each_endless
async def test_an_old_client_that_does_not_ask_to_stay_is_disconnected(
    edge: Edge, endless: Endless
) -> None:
    async with connected(edge.url) as client:
        await client.ask("HEAD", endless.path, "1.0")
        assert await client.rest() == b""


@pytest.mark.parametrize("form", ["mp3", "ogg"])
@each_version
async def test_sound_ends_with_the_event(edge: Edge, form: str, version: str) -> None:
    async with connected(edge.url) as client:
        await client.ask("GET", f"/listen/talk/es.{form}", version)
        await client.until(b"\xff\xf3" if form == "mp3" else b"OpusHead")
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        body = await client.rest()
    assert body.endswith(b"0\r\n\r\n") == (version == "1.1")


@each_version
async def test_captions_go_on_and_end_with_the_connection(edge: Edge, version: str) -> None:
    async with connected(edge.url) as client:
        await client.ask("GET", "/e/talk/captions/es", version)
        await client.until(b"state")
        for number in range(20):
            await edge.caption(number, f"Frase {number}.")
        body = await client.until(b'"Frase 19."')
        for number in range(20):
            assert body.count(f'"Frase {number}."'.encode()) == 1
        room = await edge.rooms.open("talk")
        room.captions("es").cut()
        rest = await client.rest()
    assert (b"\r\n" in body + rest) == (version == "1.1")


async def test_readers_of_both_versions_see_the_same(edge: Edge) -> None:
    async with connected(edge.url) as old, connected(edge.url) as new:
        for client, version in ((old, "1.0"), (new, "1.1")):
            await client.ask("GET", "/e/talk/captions/es", version)
            await client.until(b"state")
        last = [await edge.caption(number, f"Frase {number}.") for number in range(5)][-1]
        for client in (old, new):
            body = await client.until(f"id: {last}\nevent: caption\n".encode())
            assert body.count(b"event: caption") == 5


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_old_client_resumes(edge: Edge, version: str) -> None:
    first = await edge.caption(1, "Hola")
    await edge.caption(2, "Adiós")
    async with connected(edge.url) as client:
        await client.ask("GET", "/e/talk/captions/es", version, Last_Event_ID=first)
        body = await client.until("Adiós".encode())
    assert b"Hola" not in body


@pytest.mark.parametrize(("method", "version"), [("HEAD", "1.1"), ("HEAD", "1.0"), ("GET", "1.0")])
async def test_sound_by_websocket_needs_get_and_1_1(edge: Edge, method: str, version: str) -> None:
    """RFC 6455 §4.1: only GET and HTTP/1.1 open a WebSocket."""
    async with connected(edge.url) as client:
        head = await client.ask(
            method,
            "/e/talk/audio/es",
            version,
            Upgrade="websocket",
            Connection="Upgrade",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
        )
        assert head.status == 426


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/e/talk/captions/xx", 404),
        ("/e/none/captions/es", 404),
        ("/listen/talk/xx.mp3", 404),
        ("/listen/talk/es.wav", 404),
        ("/e/talk/info", 200),
        ("/e/talk", 200),
    ],
)
@each_version
async def test_what_ends_has_no_body_for_head_either(
    edge: Edge, path: str, status: int, version: str
) -> None:
    async with connected(edge.url) as client:
        head = await client.ask("HEAD", path, version, Connection="keep-alive")
        assert head.status == status
        await next_request_works(client, version)


@pytest.mark.programs
@each_version
async def test_nginx_as_it_comes_passes_every_endless_answer(
    edge: Edge, tmp_path: Path, version: str
) -> None:
    await edge.caption(1, "Hola")
    async with nginx_before(edge.url, tmp_path) as proxy:
        for endless in ENDLESS:
            async with connected(proxy) as client:
                head = await client.ask("GET", endless.path, version)
                assert (head.status, head.headers["content-type"]) == (200, endless.content_type)
                await client.until(endless.begins)
            async with connected(proxy) as client:
                head = await client.ask("HEAD", endless.path, version)
                assert (head.status, head.headers["content-type"]) == (200, endless.content_type)
        async with connected(proxy) as client:
            await client.ask("GET", "/e/talk/captions/es", version)
            await client.until(b"Hola")
            await edge.caption(2, "Adiós")
            await client.until("Adiós".encode())
