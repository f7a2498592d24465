"""An https port: what it says to plain http, and when browsers are told to insist on https."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from broadcaster.config import Role, Settings
from broadcaster.from_settings import tls_context
from broadcaster.serving import running
from tests.support.certificates import issue
from tests.support.deadline import deadline
from tests.support.server import TOKEN

DESK = frozenset({Role.DESK})


def issued(folder: Path, issuer: str) -> dict[str, Path]:
    """A certificate for 127.0.0.1 that names this issuer, and its key."""
    paths = issue(issuer=issuer).write(folder / "chain.pem", folder / "key.pem")
    return dict(zip(("tls_cert", "tls_key"), paths, strict=True))


@asynccontextmanager
async def serving(folder: Path, **given: object) -> AsyncIterator[int]:
    """A desk with TLS, unless it is switched off; yields its port."""
    values = {"tls": True, "port": 0, "data_dir": folder, **given}
    settings = Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]
    context = await asyncio.to_thread(tls_context, settings)
    async with running(settings, DESK, TOKEN, context) as acceptor:
        yield acceptor.port


async def plain(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to a request without TLS."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with deadline():
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    first, *lines = head.decode().splitlines()
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


REDIRECTED = {
    b"GET /e/talk HTTP/1.1\r\nHost: talks.example:8443": "https://talks.example:8443/e/talk",
    b"HEAD / HTTP/1.1\r\nHost: talks.example": "https://talks.example/",
    b"GET /desk?token=a%20b&x HTTP/1.1\r\nHost: [::1]:9": "https://[::1]:9/desk?token=a%20b&x",
    b"POST /whip/x HTTP/1.1\r\nContent-Length: 2\r\nHost: a": "https://a/whip/x",
    b'GET /%C3%A9"<> HTTP/1.1\r\nHost: a': "https://a/%C3%A9%22%3C%3E",
    b"GET http://b/c?d HTTP/1.1\r\nHost: a": "https://b/c?d",  # RFC 9112 §3.2.2
    b"GET //evil.example/x HTTP/1.1\r\nHost: a": "https://a//evil.example/x",
    b"OPTIONS * HTTP/1.1\r\nHost: a": "https://a/",
    b"GET /e/talk/audio/es HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nHost: a": (
        "https://a/e/talk/audio/es"
    ),
}


async def test_plain_http_is_sent_to_https(tmp_path: Path) -> None:
    async with serving(tmp_path) as port:
        for request, location in REDIRECTED.items():
            status, headers, _ = await plain(port, request + b"\r\n\r\n")
            assert (status, headers.get("Location")) == (307, location)
            assert headers["Cache-Control"] == "no-store"
            assert headers["Connection"] == "close"
            assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "bad_host"),
        (b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n", "bad_host"),
        (b"GET / HTTP/1.0\r\n\r\n", "bad_host"),
        (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", "bad_host"),
        (b"NONSENSE\r\n\r\n", "bad_http"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX" + b"x" * 20_000 + b"\r\n\r\n", "bad_http"),
    ],
)
async def test_plain_nonsense_is_explained(tmp_path: Path, request_: bytes, error: str) -> None:
    async with serving(tmp_path) as port:
        status, _, body = await plain(port, request_)
    assert (status, json.loads(body)["error"]) == (400, error)


async def strict_transport(port: int, scheme: str = "https") -> str | None:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{scheme}://127.0.0.1:{port}/healthz", ssl=trusting) as answer:
            assert answer.status == 200
            return answer.headers.get("Strict-Transport-Security")


async def test_an_issued_certificate_makes_browsers_insist(tmp_path: Path) -> None:
    async with serving(tmp_path, **issued(tmp_path, "An authority")) as port:
        assert await strict_transport(port) == f"max-age={30 * 86400}"
    async with serving(tmp_path, hsts_days=1, **issued(tmp_path, "An authority")) as port:
        assert await strict_transport(port) == "max-age=86400"


async def test_browsers_are_not_told_to_insist(tmp_path: Path) -> None:
    async with serving(tmp_path) as port:
        assert await strict_transport(port) is None, "the certificate was made here"
    async with serving(tmp_path, **issued(tmp_path, "talks.example")) as port:
        assert await strict_transport(port) is None, "the certificate is self-signed"
    async with serving(tmp_path, hsts_days=0, **issued(tmp_path, "An authority")) as port:
        assert await strict_transport(port) is None, "it was switched off"
    async with serving(tmp_path, tls=False) as port:
        assert await strict_transport(port, "http") is None, "plain http"
