"""Asking an interpreter for its languages; whatever it answers, nothing breaks."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.providers.local import LOCAL
from broadcaster.realtime.socket.told_languages import ASK_EVERY_S, ToldLanguages

GERMAN = {
    "language": "de",
    "translates": "anything",
    "engine": "opus-mt-en-de",
    "voice": "simple",
    "quality": "gist",
    "chrf": 61.5,
}


class Stopped(Exception):
    """The second question is not asked."""


async def told(answer: Any, status: int = 200) -> ToldLanguages:
    """Ask a server that gives this answer, once."""
    seen = []

    async def languages(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        text = answer if isinstance(answer, str) else None
        if text is not None:
            return web.Response(text=text, status=status)
        return web.json_response(answer, status=status)

    async def sleep(seconds: float) -> None:
        assert seconds == ASK_EVERY_S
        raise Stopped

    app = web.Application()
    app.router.add_get("/v1/languages", languages)
    async with TestServer(app) as server, ClientSession() as http:
        endpoint = Endpoint(str(server.make_url("/v1")), "the-key", LOCAL.api)
        asking = ToldLanguages(http, endpoint)
        with pytest.raises(Stopped):
            await asking.keep_asking(sleep)
    assert seen == ["Bearer the-key"]
    return asking


async def test_the_languages_are_known_by_their_codes() -> None:
    asking = await told({"languages": [GERMAN]})
    assert asking.known is not None
    assert asking.known["de"].quality == "gist"
    assert asking.known["de"].chrf == 61.5


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": "no"}, 404),
        ("<html>", 200),
        ("[" * 100_000, 200),
        ({"languages": "de"}, 200),
        ({"languages": [{**GERMAN, "quality": "superb"}]}, 200),
        ({"languages": [{**GERMAN, "chrf": 1e9}]}, 200),
        ({"languages": [], "more": "x" * 300_000}, 200),
    ],
)
async def test_an_answer_that_is_none_leaves_them_unknown(answer: Any, status: int) -> None:
    assert (await told(answer, status)).known is None


async def test_an_interpreter_that_is_not_there_leaves_them_unknown() -> None:
    async def sleep(_seconds: float) -> None:
        raise Stopped

    async with ClientSession() as http:
        asking = ToldLanguages(http, Endpoint("http://127.0.0.1:1/v1", "k", LOCAL.api))
        with pytest.raises(Stopped):
            await asyncio.wait_for(asking.keep_asking(sleep), 30)
    assert asking.known is None
