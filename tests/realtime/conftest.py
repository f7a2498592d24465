"""A real server on loopback, and a check that neither keys nor spoken words reach the log."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import Endpoint
from tests.realtime.peer import KEY, Handler, Serve
from tests.realtime.talk_server import SPOKEN


@pytest.fixture(autouse=True)
def nothing_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text
    assert SPOKEN not in caplog.text


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server whose endpoints all run the given handler."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> Endpoint:
            app = web.Application()
            app.router.add_get("/v1" + wire.TRANSLATIONS_PATH, handler)
            app.router.add_get("/v1" + wire.REALTIME_PATH, handler)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return Endpoint(f"http://127.0.0.1:{runner.addresses[0][1]}/v1/", KEY)

        yield start
