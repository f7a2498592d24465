"""The pages' files: which are served, and how a client keeps them."""

import asyncio
import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import brotli
import pytest
from aiohttp import ClientSession
from yarl import URL

from broadcaster.config import Role
from broadcaster.web.assets import FOR_EVER, Assets, assets
from broadcaster.web.pages.prepared import PreparedOnce
from tests.support.server import running_server

WEB = Path(__file__).parents[2] / "listener_web"
SOURCE = "/static/player/player.js"
_RELATIVE_ADDRESS = re.compile(r"url\(['\"]?(?!['\"]?(?:/static/|data:))")


async def received(
    http: ClientSession, path: str, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    """The status, body and headers of the answer to a request."""
    async with http.get(URL(path, encoded=True), headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


def test_every_file_of_a_page_is_known_by_its_path() -> None:
    known = assets().sources
    assert {"attendee/attendee.html", "stage/stage.html", "desk/desk.html"} <= set(known)
    for path in ("i18n/ar.json", "i18n/organizer/en.json"):
        assert known[path].body == (WEB / path).read_bytes()
    assert not [path for path in known if "node_modules" in path or "config" in path]


def test_the_version_changes_with_any_file_and_with_its_name() -> None:
    versions = [
        Assets.of(files).version
        for files in ({"a/b.css": b"c"}, {"a/b.css": b"d"}, {"a/c.css": b"c"}, {"a/b.css": b"c"})
    ]
    assert len(set(versions)) == 3
    assert versions[0] == versions[3]


@pytest.mark.parametrize("path", sorted(assets().documents))
def test_a_page_names_its_files_by_their_version(path: str) -> None:
    text = assets().documents[path].with_answers({}).decode()
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert addresses
    for address in addresses:
        assert address.startswith(f"/static/{assets().version}/")
        assert address.removeprefix(assets().address("")) in assets().sent
    assert text.count('rel="stylesheet"') == 1


async def test_a_file_is_prepared_once_when_it_is_first_asked_for() -> None:
    prepared = list[str]()

    def prepare(path: str) -> str:
        prepared.append(path)
        return path.upper()

    files = PreparedOnce(["a.js", "b.js"], prepare)
    assert "a.js" in files
    assert sorted(files) == ["a.js", "b.js"]
    assert not prepared
    assert [await files.ready("b.js"), files["b.js"], files.get("c.js")] == ["B.JS", "B.JS", None]
    assert prepared == ["b.js"]


def test_styles_can_be_joined_from_any_folder() -> None:
    styles = [path for path in assets().sources if path.endswith(".css")]
    for path in styles:
        assert not _RELATIVE_ADDRESS.search(assets().sources[path].body.decode()), path


async def test_a_file_with_a_version_is_kept_and_compressed(tmp_path: Path) -> None:
    address = assets().address("player/player.js")
    async with (
        running_server(tmp_path, frozenset({Role.DESK})) as server,
        ClientSession(server.url, auto_decompress=False) as http,
    ):
        status, body, headers = await received(http, address, **{"Accept-Encoding": ""})
        assert status == 200
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert headers["Cache-Control"] == FOR_EVER
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" not in headers

        _, packed, gzipped = await received(http, address, **{"Accept-Encoding": "gzip, br;q=0"})
        assert gzipped["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == body
        _, packed, smaller = await received(http, address, **{"Accept-Encoding": "gzip, br"})
        assert smaller["Content-Encoding"] == "br"
        assert brotli.decompress(packed) == body
        assert smaller["ETag"] == gzipped["ETag"] == headers["ETag"]

        status, body, _ = await received(http, address, **{"If-None-Match": headers["ETag"]})
        assert (status, body) == (304, b"")


async def test_a_page_of_another_version_gets_the_file_and_does_not_keep_it(tmp_path: Path) -> None:
    now = assets().address("player/player.js")
    before = "/static/0123456789abcdef/player/player.js"
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        _, body, _ = await received(server.http, now)
        assert (await received(server.http, before))[:2] == (200, body)
        assert (await received(server.http, before))[2]["Cache-Control"] == "no-store"
        assert (await received(server.http, f"{before}x"))[0] == 404


async def test_a_source_is_sent_as_it_is(tmp_path: Path) -> None:
    script = await asyncio.to_thread((WEB / "player/player.js").read_bytes)
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        status, body, headers = await received(server.http, SOURCE)
        assert (status, body) == (200, script)
        assert headers["Cache-Control"] == "no-cache"
        status, _, _ = await received(server.http, SOURCE, **{"If-None-Match": headers["ETag"]})
        assert status == 304


@pytest.mark.parametrize(
    "path", ["/desk?token=wrong", "/stage/any", "/e/any", assets().address("player/worker.js")]
)
async def test_pages_and_workers_have_the_policy(tmp_path: Path, path: str) -> None:
    async with running_server(tmp_path) as server:
        _, _, headers = await received(server.http, path)
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


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
