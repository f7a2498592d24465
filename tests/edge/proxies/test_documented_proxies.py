"""Everything that clients do, through the proxies that docs/operations.md configures."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from broadcaster.web.client_limits import AddressLimits
from broadcaster.webrtc.clients.publisher import publishing
from tests.edge.captions import EventSource
from tests.edge.conftest import Edge, running_edge
from tests.edge.proxies.documented import HOST, PROXIES, Proxied, ProxyBefore
from tests.edge.waiting import until
from tests.support.deadline import deadline
from tests.support.player import player, subscribed, switched
from tests.support.server import TOKEN, running_server

pytestmark = pytest.mark.usefixtures("loopback")

PROXY = "127.0.0.1"
ORGANIZER = {"Authorization": f"Bearer {TOKEN}"}
each_proxy = pytest.mark.parametrize("before", PROXIES.values(), ids=list(PROXIES))


@asynccontextmanager
async def proxied_edge(
    before: ProxyBefore, folder: Path, limits: AddressLimits | None = None
) -> AsyncIterator[tuple[Edge, Proxied]]:
    """An edge that trusts the proxy in front of it."""
    async with (
        running_edge(trusted_proxies=PROXY, address_limits=limits) as edge,
        before(edge.url, folder) as proxied,
    ):
        yield edge, proxied


@each_proxy
async def test_captions_come_one_by_one_and_a_reader_that_leaves_is_noticed(
    before: ProxyBefore, tmp_path: Path
) -> None:
    async with proxied_edge(before, tmp_path) as (edge, proxied):
        async with proxied.client() as http, http.get("/e/talk/captions/es") as answer:
            assert answer.content_type == "text/event-stream"
            source = EventSource(answer)
            for number in range(3):
                await edge.caption(number, f"Frase {number}.")
                _, caption = await source.caption()
                assert caption["text"] == f"Frase {number}."
        await until(lambda: not any(edge.rooms.counts().readers.values()))


@each_proxy
async def test_sound_by_websocket(before: ProxyBefore, tmp_path: Path) -> None:
    async with proxied_edge(before, tmp_path) as (edge, proxied):
        async with (
            proxied.client() as http,
            http.ws_connect("/e/talk/audio/es", protocols=["broadcaster.audio.v1"]) as ws,
            deadline(),
        ):
            assert (await ws.receive_json())["type"] == "hello"
            for _ in range(3):
                frame = edge.say("es")
                assert await ws.receive_bytes() == frame
        await until(lambda: not any(edge.rooms.counts().listeners.values()))


@each_proxy
@pytest.mark.parametrize(("form", "begins"), [("mp3", b"\xff\xf3"), ("ogg", b"OpusHead")])
async def test_sound_by_http(before: ProxyBefore, tmp_path: Path, form: str, begins: bytes) -> None:
    async with proxied_edge(before, tmp_path) as (edge, proxied):
        async with proxied.client() as http, http.get(f"/listen/talk/es.{form}") as answer:
            heard = b""
            async with deadline():
                while begins not in heard:
                    heard += await answer.content.readany()
        await until(lambda: not any(edge.rooms.counts().listeners.values()))


@each_proxy
async def test_a_webrtc_listener_comes_changes_its_channel_and_leaves(
    before: ProxyBefore, tmp_path: Path
) -> None:
    async with (
        proxied_edge(before, tmp_path) as (edge, proxied),
        proxied.client() as http,
        player() as listener,
    ):
        address = await subscribed(http, "/whep/talk/es", listener)
        await listener.state("connected")
        await switched(http, address, "ar")
        async with http.delete(address) as answer:
            assert answer.status == 200
        await until(lambda: not edge.egress.peers)


@each_proxy
async def test_clients_are_told_apart_and_none_can_pretend_to_be_another(
    before: ProxyBefore, tmp_path: Path
) -> None:
    answers = []
    async with proxied_edge(before, tmp_path, AddressLimits(joins=1)) as (_, proxied):
        for address, claim in [
            ("127.0.0.2", "198.51.100.1"),
            ("127.0.0.2", "198.51.100.2"),
            ("127.0.0.3", "127.0.0.2"),
        ]:
            async with (
                proxied.client(address, X_Forwarded_For=claim, X_Forwarded_Proto="http") as http,
                http.get("/e/talk/captions/es") as answer,
            ):
                answers.append(answer.status)
    assert answers == [200, 429, 200]


@each_proxy
async def test_a_speaker_and_an_organizer_behind_it(before: ProxyBefore, tmp_path: Path) -> None:
    """The desk's links and its cookie are those of the address that the browser opened."""
    data, files = tmp_path / "data", tmp_path / "proxy"
    files.mkdir()
    async with (
        running_server(data, trusted_proxies=PROXY) as server,
        before(server.url, files) as proxied,
        proxied.client() as http,
    ):
        async with http.get(f"/desk?token={TOKEN}", allow_redirects=False) as answer:
            [cookie] = answer.headers.getall("Set-Cookie")
        assert "Secure" in cookie
        body = {"id": "talk", "title": "A talk", "languages": ["es"], "source_captions": False}
        async with http.post("/api/events", json=body, headers=ORGANIZER) as answer:
            assert answer.status == 201, await answer.text()
            event = await answer.json()
        assert all(link.startswith(f"{proxied.url}/") for link in event["links"].values())
        await server.move("live")
        silence = iter([bytes(48_000)] * 60)
        whip = f"{proxied.url}/whip/talk"
        async with publishing(http, whip, event["stage_key"], silence) as publication:
            await until_speaker(http, there=True)
            assert not publication.lost.is_set()
        await until_speaker(http, there=False)


async def until_speaker(http: aiohttp.ClientSession, *, there: bool) -> None:
    """Wait until the desk says that a speaker is there, or has left."""
    speaks: bool | None = None
    async with deadline():
        while speaks is not there:
            async with http.get("/api/events/talk/status", headers=ORGANIZER) as answer:
                speaks = bool(((await answer.json())["floor"] or {}).get("publisher"))
            await asyncio.sleep(0.1)


@each_proxy
async def test_browsers_get_http_2(before: ProxyBefore, tmp_path: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with proxied_edge(before, tmp_path) as (_, proxied):
        _, writer = await asyncio.open_connection(
            "127.0.0.1", proxied.port, ssl=context, server_hostname=HOST
        )
        chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    assert chosen == "h2"
