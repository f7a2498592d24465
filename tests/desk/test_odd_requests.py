"""Whatever is sent to the desk, the answer is not a 5xx, and an error has the form of errors."""

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.deadline import deadline
from tests.support.server import TOKEN, Server, running_server

OK: dict[str, Any] = {"title": "A", "languages": ["es"]}
DIGITS = b"9" * 5000
ROUTES = [
    ("GET", "/desk"),
    ("GET", "/api/openapi.yaml"),
    ("GET", "/api/languages"),
    ("GET", "/api/events"),
    ("POST", "/api/events"),
    ("GET", "/api/events/talk"),
    ("PATCH", "/api/events/talk"),
    ("GET", "/api/events/talk/status"),
    ("GET", "/api/events/talk/qr/stage.svg"),
]


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        await running.create("es")
        yield running


async def answer_to(server: Server, request: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of the answer to a request that says Connection: close."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with deadline():
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), head, body


def request(
    method: str, path: str, body: bytes = b"", headers: dict[str, bytes] | None = None
) -> bytes:
    usual = {
        "Host": b"talks.example",
        "Connection": b"close",
        "Authorization": b"Bearer " + TOKEN.encode(),
        "Content-Type": b"application/json",
        "Content-Length": str(len(body)).encode(),
        **(headers or {}),
    }
    lines = b"".join(b"%s: %s\r\n" % (name.encode(), value) for name, value in usual.items())
    return f"{method} {path} HTTP/1.1\r\n".encode() + lines + b"\r\n" + body


def event(**fields: Any) -> bytes:
    return json.dumps({**OK, **fields}).encode()


def check(answer: tuple[int, bytes, bytes]) -> dict[str, str]:
    """An answer of 4xx in the form of errors."""
    status, head, body = answer
    assert 400 <= status < 500, head
    error: dict[str, str] = json.loads(body)
    assert error.keys() == {"error", "message", "hint"}
    assert all(error.values())
    return error


BODIES = {
    "a NUL in the title": event(title="a\0b"),
    "only a NUL": event(title="\0"),
    "an escape character": event(title="a\x1b[31m"),
    "nothing that shows": event(title="\u200b\u200d"),
    "a NUL in the id": event(id="a\0b"),
    "a NUL in a language": event(languages=["e\0s"]),
    "a NUL in a term": event(glossary=[{"text": "a\0"}]),
    "a NUL in a translation": event(glossary=[{"text": "a", "translations": {"es": "\0"}}]),
    "a NUL in a tag of a translation": event(glossary=[{"text": "a", "translations": {"\0": "b"}}]),
    "a NUL in a name": event(do_not_translate=["a\0"]),
    "a NUL in the source language": event(source_language="e\0n"),
    "a lone surrogate": b'{"title":"\\ud800","languages":["es"]}',
    "a lone low surrogate": b'{"title":"a\\udfff","languages":["es"]}',
    "surrogates in UTF-8": b'{"title":"\xed\xa0\x80","languages":["es"]}',
    "no UTF-8": b'{"title":"\xff","languages":["es"]}',
    "UTF-16": event().decode().encode("utf-16"),
    "a control character": b'{"title":"\x00","languages":["es"]}',
    "infinity": event(spend_cap_usd=float("inf")),
    "not a number": event(spend_cap_usd=float("nan")),
    "a float too large": b'{"title":"a","languages":["es"],"spend_cap_usd":1e999}',
    "a number of many digits": event()[:-1] + b',"spend_cap_usd":' + DIGITS + b"}",
    "a negative cap": event(spend_cap_usd=-1),
    "a negative number of many digits": event()[:-1] + b',"spend_cap_usd":-' + DIGITS + b"}",
    "a number for a truth": event()[:-1] + b',"source_captions":' + DIGITS + b"}",
    "a deep list": b"[" * 60_000,
    "a deep object": b'{"title":' * 7_000,
    "a number": b"1",
    "null": b"null",
    "nothing": b"",
    "half": event()[:-4],
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/events"), ("PATCH", "/api/events/talk")]
)
async def test_an_odd_body(server: Server, method: str, path: str, body: bytes) -> None:
    if method == "PATCH" and b'"id"' in body:
        assert check(await answer_to(server, request(method, path, body)))["error"] == "bad_request"
        return
    check(await answer_to(server, request(method, path, body)))


HEADERS: dict[str, dict[str, bytes]] = {
    "If-Match of many digits": {"If-Match": b'"' + DIGITS + b'"'},
    "If-Match of other digits": {"If-Match": '"٣"'.encode()},
    "If-Match of no tag": {"If-Match": b'W/""""'},
    "gzip that is none": {"Content-Encoding": b"gzip"},
    "deflate that is none": {"Content-Encoding": b"deflate"},
    "brotli": {"Content-Encoding": b"br"},
    "zstd": {"Content-Encoding": b"zstd"},
    "a negative length": {"Content-Length": b"-5"},
    "a length that is no number": {"Content-Length": b"five"},
    "a length of many digits": {"Content-Length": DIGITS},
    "chunks that are none": {"Transfer-Encoding": b"chunked", "Content-Length": b""},
    "an encoding of its own": {"Transfer-Encoding": b"gzip, magic"},
    "a type that is none": {"Content-Type": b"\xff\xfe;;="},
    "a host with bytes": {"Host": b"\xff\xfe"},
    "a host with a line of script": {"Host": b"a;script-src *"},
    "a long host": {"Host": b"a" * 7000},
    "a header of NUL": {"X-Odd": b"\x00"},
    "a long header": {"X-Odd": b"a" * 9000},
    "a token of bytes": {"Authorization": b"Bearer \xff\xfe"},
    "a cookie of bytes": {"Authorization": b"", "Cookie": b"broadcaster_desk=\xff\x80"},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_an_odd_header(server: Server, headers: dict[str, bytes]) -> None:
    check(await answer_to(server, request("PATCH", "/api/events/talk", b"{}" * 20, headers)))


@pytest.mark.realtime
async def test_a_body_that_is_announced_and_never_comes(server: Server) -> None:
    headers = {"Content-Length": b"999999999"}
    check(await answer_to(server, request("PATCH", "/api/events/talk", b"{}" * 20, headers)))


@pytest.mark.parametrize(
    "path",
    [
        "/api/events/%00",
        "/api/events/%ff",
        "/api/events/" + "a" * 7000,
        "/api/events/talk/qr/%00.svg",
        "/api/events/..%2f..%2fetc",
        "/api/events/%ed%a0%80/status",
        "/static/%00",
    ],
)
async def test_an_odd_path(server: Server, path: str) -> None:
    check(await answer_to(server, request("GET", path)))


async def test_a_packed_body_is_taken(server: Server) -> None:
    packed = gzip.compress(event())
    sent = request("POST", "/api/events", packed, {"Content-Encoding": b"gzip"})
    assert (await answer_to(server, sent))[0] == 201


async def test_a_title_may_have_any_script_and_line_ends(server: Server) -> None:
    title = "مياه \u200f للجميع 🫧\n水"
    status, _, body = await answer_to(server, request("POST", "/api/events", event(title=title)))
    assert status == 201
    assert json.loads(body)["title"] == "مياه \u200f للجميع 🫧 水"


@pytest.mark.parametrize("token", ["old", "%ff%00", "%ED%A0%80", "", "a" * 5000])
async def test_an_old_link_leads_to_the_sign_in_page(server: Server, token: str) -> None:
    sent = request("GET", f"/desk?token={token}", headers={"Accept": b"text/html,*/*"})
    status, head, body = await answer_to(server, sent)
    assert status == 401
    assert b"text/html" in head
    assert b"Set-Cookie" not in head
    assert b'id="sign-in"' in body


def mutated(chance: random.Random, body: bytes) -> bytes:
    """The body with some bytes changed, doubled, taken away, or exchanged for odd ones."""
    odd = [
        b"\0",
        b"\xff",
        b"\\ud800",
        b"\\u0000",
        DIGITS,
        b"-1e999",
        b"null",
        b"[" * 300,
        b"\xed\xa0",
    ]
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(body) + 1), chance.randint(0, 6)
        body = body[:at] + chance.choice([*odd, body[:20], b""]) + body[at + length :]
    return body


@pytest.mark.parametrize("seed", range(4))
async def test_no_body_makes_a_server_error(server: Server, seed: int) -> None:
    chance = random.Random(seed)
    whole = event(
        id="some-id",
        source_language="en",
        glossary=[{"text": "sluice", "translations": {"es": "esclusa"}}],
        do_not_translate=["AquaNet"],
        spend_cap_usd=20,
        state="open",
    )
    for _ in range(150):
        method, path = chance.choice(ROUTES)
        body = mutated(chance, whole)[:70_000]
        headers = chance.choice([{}, {}, *HEADERS.values()])
        if "Length" in str(headers) or "Transfer" in str(headers):
            headers = {}
        status, head, _ = await answer_to(server, request(method, path, body, headers))
        assert status < 500, (method, path, body, head)
