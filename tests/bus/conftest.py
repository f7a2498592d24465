"""Both buses, and a Redis server for the session."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.redis.bus import RedisBus
from broadcaster.model.ports import Bus
from tests.support.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Shared; a test that ends or freezes it uses `own_redis_server`."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["embedded-file", "embedded-memory", "redis"])
def make_bus(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], AbstractAsyncContextManager[Bus]]:
    match request.param:
        case "embedded-file":
            return lambda: EmbeddedBus(tmp_path / "data" / "bus.sqlite3")
        case "embedded-memory":
            return lambda: EmbeddedBus(None)
        case _:
            server: RedisServer = request.getfixturevalue("redis_server")
            server.command("FLUSHALL")
            return lambda: RedisBus(server.url)


@pytest_asyncio.fixture
async def bus(make_bus: Callable[[], AbstractAsyncContextManager[Bus]]) -> AsyncIterator[Bus]:
    async with make_bus() as entered:
        yield entered


@pytest_asyncio.fixture
async def other(
    bus: Bus, make_bus: Callable[[], AbstractAsyncContextManager[Bus]]
) -> AsyncIterator[Bus]:
    """The bus as another stage sees it: from another process, or the same one when embedded."""
    async with AsyncExitStack() as stack:
        if isinstance(bus, EmbeddedBus):
            yield bus
        else:
            yield await stack.enter_async_context(make_bus())
