"""A Host header, which anybody can write, gets into no policy, link or cookie unless it is one."""

import asyncio
from pathlib import Path

import pytest

from tests.support.deadline import deadline
from tests.support.server import TOKEN, Server, running_server

ODD_HOSTS = (
    *("x; script-src *", "x;script-src%20*", "x,y", "a b", "x'", '"x"', "*", "*.example", "x/y"),
    *("x?y", "x#y", "a@b", "user:p@x", "x\\y", "[::1", "::1", "[x]", "x:99999999", "x:y", "é"),
    *("a" * 300, "x\ty", "{origins}", "x%0d%0ay", "javascript:x", "https://x"),
)
REQUESTS = (
    "GET /e/talk",
    "GET /desk",
    f"GET /desk?token={TOKEN}",
    "GET /api/events/talk",
    "GET /api/events/talk/qr/attendee.svg",
    "GET /nothing",
    "PUT /api/events",
    "GET /healthz HTTP/1.1\r\nExpect: x\r\nX-A:",
)


async def answer(server: Server, request: str, host: str) -> tuple[str, str]:
    """Head and body of the answer."""
    address, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(address, int(port))
    first = request if " HTTP/" in request else f"{request} HTTP/1.1\r\nX-A:"
    head = (
        f"{first} b\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode())
    async with deadline():
        top, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return top.decode(), body.decode()


@pytest.mark.parametrize("request_", REQUESTS)
async def test_an_odd_host_is_refused_and_repeated_nowhere(tmp_path: Path, request_: str) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        for host in ODD_HOSTS:
            head, body = await answer(server, request_, host)
            assert head.split()[1] in {"400", "417"}, head
            assert f"connect-src 'self' {host}" not in head
            assert "ws://" not in head
            assert "script-src" not in head
            assert host not in body or len(host) < 2


@pytest.mark.parametrize("host", ["talks.example", "talks.example:8443", "[2001:db8::1]:9"])
async def test_a_good_host_is_the_one_that_pages_may_connect_to(tmp_path: Path, host: str) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        head, _ = await answer(server, "GET /e/talk", host)
        assert f"connect-src 'self' ws://{host} wss://{host};" in head
        _, body = await answer(server, "GET /api/events/talk", host)
        assert f"http://{host}/e/talk" in body


async def test_an_empty_host_names_no_origin(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        head, _ = await answer(server, "GET /e/talk", "")
        assert "connect-src 'self' ;" in head
