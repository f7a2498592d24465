"""The pages' files: which are served, and how a client keeps them."""

import asyncio
import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import ClientSession
from yarl import URL

from broadcaster.config import Role
from broadcaster.web.assets import assets
from tests.support.server import running_server

WEB = Path(__file__).parents[2] / "listener_web"
SCRIPT = "/static/player/player.js"


async def received(
    http: ClientSession, path: str, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    """The status, body and headers of the answer to a request."""
    async with http.get(URL(path, encoded=True), headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


def test_every_file_of_a_page_is_known_by_its_path() -> None:
    known = assets()
    assert {"attendee/attendee.html", "stage/stage.html", "desk/desk.html"} <= set(known)
    assert known["i18n/ar.json"].body == (WEB / "i18n/ar.json").read_bytes()
    assert not [path for path in known if "node_modules" in path or "config" in path]


async def test_a_file_is_sent_once_and_then_confirmed(tmp_path: Path) -> None:
    script = await asyncio.to_thread((WEB / "player/player.js").read_bytes)
    async with (
        running_server(tmp_path, frozenset({Role.DESK})) as server,
        ClientSession(server.url, auto_decompress=False) as http,
    ):
        status, body, headers = await received(http, SCRIPT, **{"Accept-Encoding": ""})
        assert (status, body) == (200, script)
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert headers["Cache-Control"] == "no-cache"
        assert "default-src 'self'" in headers["Content-Security-Policy"]

        status, packed, gzipped = await received(http, SCRIPT, **{"Accept-Encoding": "gzip"})
        assert (status, gzip.decompress(packed)) == (200, script)
        assert gzipped["Content-Encoding"] == "gzip"
        assert gzipped["ETag"] == headers["ETag"]

        status, body, _ = await received(http, SCRIPT, **{"If-None-Match": headers["ETag"]})
        assert (status, body) == (304, b"")


async def test_a_font_is_sent_as_it_is(tmp_path: Path) -> None:
    name = "fonts/lexend-latin-400.woff2"
    font = await asyncio.to_thread((WEB / name).read_bytes)
    async with (
        running_server(tmp_path, frozenset({Role.DESK})) as server,
        ClientSession(server.url, auto_decompress=False) as http,
    ):
        wanted = {"Accept-Encoding": "gzip"}
        status, body, headers = await received(http, f"/static/{name}", **wanted)
        assert (status, body) == (200, font)
        assert headers["Content-Type"] == "font/woff2"
        assert "Content-Encoding" not in headers
        status, body, _ = await received(
            http, f"/static/{name}", **{"If-None-Match": headers["ETag"]}
        )
        assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "fonts/README.md",
        "fonts/OFL-lexend.txt",
        "package.json",
        "tsconfig.json",
        "player.js",
        "player",
        "player/",
        "/player/player.js",
        "player//player.js",
        "player/../package.json",
        "player/%2e%2e/package.json",
        "..%2f..%2fREADME.md",
        "%2fetc%2fpasswd",
        "player%5cplayer.js",
        "node_modules/typescript/package.json",
    ],
)
async def test_nothing_else_is_served(tmp_path: Path, path: str) -> None:
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        status, body, _ = await received(server.http, f"/static/{path}")
    assert status == 404
    assert b"not_found" in body
