"""Limits of one address, by every transport: direct, through a proxy, and pretending."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.web.client_limits import AddressLimits
from tests.edge.conftest import Edge, running_edge
from tests.edge.old_clients import Head, RawClient, connected, nginx_before
from tests.edge.waiting import until
from tests.support.player import SDP, Player, player

pytestmark = pytest.mark.usefixtures("loopback")

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec_WebSocket_Protocol": "broadcaster.audio.v1",
}
STREAMS = {
    "websocket": ("/e/talk/audio/es", UPGRADE, 101),
    "captions": ("/e/talk/captions/es", {}, 200),
    "ogg": ("/listen/talk/es.ogg", {}, 200),
}
PROXY = "127.0.0.1"
Claim = Callable[[int], str]
CLIENTS: dict[str, tuple[str, Claim, bool]] = {
    "untrusted": ("", lambda n: f"198.51.100.{n}", True),
    "trusted": (PROXY, lambda n: f"198.51.100.{n}", False),
    "spoofed chain": (PROXY, lambda n: f"198.51.100.{n}, 203.0.113.7", True),
    "one IPv6 client": (PROXY, lambda n: f"2001:db8:1:2::{n}", True),
    "IPv6 clients": (PROXY, lambda n: f"2001:db8:1:{n}::1", False),
}
"""The proxies that are trusted, what client n says of itself, and whether all count as one."""
CASES = pytest.mark.parametrize(
    ("trusted", "claim", "one"), CLIENTS.values(), ids=list(CLIENTS.keys())
)


async def error(client: RawClient, head: Head) -> str:
    """The id of a refusal, after checking that it says when to come again."""
    assert int(head.headers["retry-after"]) >= 1
    body = json.loads(await client.until(b"}"))
    assert body["hint"]
    return str(body["error"])


@asynccontextmanager
async def joined(edge: Edge, transport: str, claim: str) -> AsyncIterator[tuple[int, str]]:
    """A client that joins; yields the status, and the id of the refusal."""
    path, headers, good = STREAMS[transport]
    async with connected(edge.url) as client:
        head = await client.ask("GET", path, "1.1", X_Forwarded_For=claim, **headers)
        yield head.status, "" if head.status == good else await error(client, head)


async def offered(edge: Edge, listener: Player, claim: str) -> tuple[int, str]:
    """The same by WebRTC."""
    headers = {**SDP, "X-Forwarded-For": claim}
    async with edge.http.post("/whep/talk/es", data=listener.offer, headers=headers) as reply:
        if reply.status == 201:
            return 201, ""
        assert int(reply.headers["Retry-After"]) >= 1
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        return reply.status, (await reply.json())["error"]


@CASES
@pytest.mark.parametrize("transport", STREAMS)
async def test_joins_of_one_address(
    transport: str, trusted: str, claim: Claim, *, one: bool
) -> None:
    limits = AddressLimits(joins=1)
    good = STREAMS[transport][2]
    async with running_edge(trusted_proxies=trusted, address_limits=limits) as edge:
        async with joined(edge, transport, claim(1)) as first:
            assert first == (good, "")
        async with joined(edge, transport, claim(2)) as second:
            assert second == ((429, "too_many_joins") if one else (good, ""))
        assert edge.refused["too_many_joins"] == one


@CASES
async def test_joins_by_webrtc(trusted: str, claim: Claim, *, one: bool) -> None:
    limits = AddressLimits(joins=1)
    async with (
        running_edge(trusted_proxies=trusted, address_limits=limits) as edge,
        player() as listener,
    ):
        assert await offered(edge, listener, claim(1)) == (201, "")
        second = await offered(edge, listener, claim(2))
        assert second == ((429, "too_many_joins") if one else (201, ""))


@CASES
async def test_webrtc_sessions_of_one_address(trusted: str, claim: Claim, *, one: bool) -> None:
    limits = AddressLimits(webrtc_sessions=1)
    async with (
        running_edge(trusted_proxies=trusted, address_limits=limits) as edge,
        player() as listener,
    ):
        assert await offered(edge, listener, claim(1)) == (201, "")
        second = await offered(edge, listener, claim(2))
        assert second == ((429, "too_many_sessions") if one else (201, ""))
        for peer in list(edge.egress.peers.values()):
            edge.egress.close(peer)
        assert await offered(edge, listener, claim(2)) == (201, "")


@CASES
async def test_questions_of_one_address(trusted: str, claim: Claim, *, one: bool) -> None:
    """Ten seconds' questions of as many readers as there are places."""
    limits = AddressLimits(connections=2)
    async with (
        running_edge(trusted_proxies=trusted, address_limits=limits) as edge,
        connected(edge.url) as client,
    ):
        for _ in range(20):
            head = await client.ask("GET", "/e/talk/poll/es", "1.1", X_Forwarded_For=claim(1))
            assert head.status == 200
            await client.until(b"]}")
        head = await client.ask("GET", "/e/talk/poll/es", "1.1", X_Forwarded_For=claim(2))
        assert head.status == (429 if one else 200)
        if one:
            assert await error(client, head) == "too_many_questions"


@pytest.mark.parametrize("transport", STREAMS)
async def test_places_of_one_client_behind_a_proxy(transport: str) -> None:
    """The proxy's own connections are not counted, and a place is free when its client has left."""
    limits, good = AddressLimits(connections=2), STREAMS[transport][2]
    async with running_edge(trusted_proxies=PROXY, address_limits=limits) as edge:
        async with AsyncExitStack() as stack:
            for _ in range(2):
                assert await stack.enter_async_context(joined(edge, transport, "203.0.113.7")) == (
                    good,
                    "",
                )
            async with joined(edge, transport, "198.51.100.1, 203.0.113.7") as third:
                assert third == (429, "too_many_connections")
            async with joined(edge, transport, "203.0.113.8") as other:
                assert other == (good, "")
        await until(lambda: not len(edge.limits.connections))
        async with joined(edge, transport, "203.0.113.7") as again:
            assert again == (good, "")


@pytest.mark.parametrize("transport", STREAMS)
async def test_places_of_one_address_without_a_proxy(transport: str) -> None:
    """All connections count, whatever they are for and whatever they say."""
    limits, good = AddressLimits(connections=2), STREAMS[transport][2]
    async with running_edge(address_limits=limits) as edge:
        async with (
            joined(edge, transport, "203.0.113.7") as first,
            joined(edge, transport, "203.0.113.8") as second,
            connected(edge.url) as client,
        ):
            assert first == second == (good, "")
            answer = await client.rest()
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"] == "too_many_connections"
        await until(lambda: not len(edge.limits.connections))
        async with joined(edge, transport, "") as again:
            assert again == (good, "")


async def test_a_refused_client_leaves_no_place_behind() -> None:
    async with running_edge(trusted_proxies=PROXY) as edge, connected(edge.url) as client:
        for path in ("/e/talk/captions/xx", "/listen/talk/xx.ogg", "/e/none/audio/es"):
            head = await client.ask("GET", path, "1.1", X_Forwarded_For="203.0.113.7")
            assert head.status == 404
            await client.until(b"}")
        assert not len(edge.limits.connections)


async def test_a_hall_that_joins_at_once_gets_in() -> None:
    """With the limits that are set when nothing is."""
    limits = AddressLimits(connections=412, webrtc_sessions=5_000, joins=5_000, wrong_keys=60)
    async with running_edge(address_limits=limits) as edge, AsyncExitStack() as stack:
        joining = [stack.enter_async_context(joined(edge, "websocket", "")) for _ in range(200)]
        assert set(await asyncio.gather(*joining)) == {(101, "")}


def documented() -> str:
    """The lines for nginx in docs/operations.md that are about headers."""
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    lines = text.partition("```nginx\n")[2].partition("```")[0]
    found = re.findall(r"^  (proxy_set_header (?:Host|X-Forwarded-\S+) .*;)$", lines, re.MULTILINE)
    assert len(found) == 3
    return "\n".join(["proxy_http_version 1.1; proxy_buffering off;", *found])


@pytest.mark.programs
async def test_behind_a_real_nginx_as_documented(tmp_path: Path) -> None:
    """Clients of nginx are told apart, and none of them can pretend to be another one.

    `X-Client` says where each comes from, because all come by one local socket here.
    """
    limits = AddressLimits(joins=1)
    lines = f"set_real_ip_from unix:; real_ip_header X-Client; {documented()}"
    async with (
        running_edge(trusted_proxies=PROXY, address_limits=limits) as edge,
        nginx_before(edge.url, tmp_path, lines) as url,
    ):
        answers = []
        for client, claim in [
            ("203.0.113.7", "198.51.100.1"),
            ("203.0.113.7", "198.51.100.2"),
            ("203.0.113.8", "198.51.100.2, 127.0.0.1"),
            ("2001:db8:1:2::1", "unknown"),
            ("2001:db8:1:2::2", ""),
        ]:
            async with connected(url) as each:
                head = await each.ask(
                    "GET",
                    "/e/talk/captions/es",
                    "1.1",
                    X_Client=client,
                    X_Forwarded_For=claim,
                )
                answers.append(head.status)
        assert answers == [200, 429, 200, 200, 429]
