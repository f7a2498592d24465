"""A failure of ours: the log says where, not with what."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
import pytest
from aiohttp import web

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.log import trace_of
from broadcaster.sockets.acceptor import AcceptorSettings, accepting
from broadcaster.web.application import create_application
from broadcaster.web.protocol import ExplainingProtocol

SECRET = "xk9Qz"


def parse(text: str) -> int:
    return int(text)


async def fails(request: web.Request) -> web.Response:
    try:
        parse(request.query["token"])
    except ValueError as error:
        raise RuntimeError(f"cannot use {request.query['token']}") from error
    return web.Response()


@asynccontextmanager
async def serving(server: web.Server) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    protocol = partial(ExplainingProtocol, server, loop=loop, access_log=None)  # type: ignore[arg-type]
    async with accepting(AcceptorSettings("127.0.0.1", 0), protocol) as acceptor:
        yield f"http://127.0.0.1:{acceptor.port}/x/{SECRET}?token={SECRET}"
    await server.shutdown(0)


def check(log: pytest.LogCaptureFixture) -> None:
    [record] = [one for one in log.records if one.levelno >= logging.WARNING]
    text = logging.Formatter().format(record)
    assert SECRET not in text
    assert "in parse" in text
    assert "builtins.ValueError\nled to" in text
    assert text.endswith("builtins.RuntimeError")


async def test_a_handler_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    async with EmbeddedBus(None) as bus:
        runner = web.AppRunner(create_application(bus, [web.get("/x/{y}", fails)]))
        await runner.setup()
        assert runner.server is not None
        async with serving(runner.server) as url, aiohttp.ClientSession() as http:
            async with http.get(url) as answer:
                assert answer.status == 500
                assert (await answer.json())["error"] == "internal"
        await runner.cleanup()
    check(caplog)


async def test_a_failure_outside_the_application(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        raise RuntimeError(request.path) from _error()

    async with serving(web.Server(handler)) as url, aiohttp.ClientSession() as http:
        async with http.get(url) as answer:
            assert answer.status == 500
    check(caplog)


def _error() -> ValueError:
    try:
        parse(SECRET)
    except ValueError as error:
        return error
    raise AssertionError


def test_a_cause_that_was_left_out_stays_out() -> None:
    with pytest.raises(KeyError) as caught:
        try:
            parse(SECRET)
        except ValueError:
            raise KeyError(SECRET) from None
    text = trace_of(caught.value)
    assert "ValueError" not in text
    assert SECRET not in text
