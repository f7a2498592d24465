from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from tests.outputs.stage import Talk


@pytest_asyncio.fixture
async def talk() -> AsyncIterator[Talk]:
    async with EmbeddedBus(None) as bus, aiohttp.ClientSession() as http:
        one = Talk(bus, http)
        await one.store()
        yield one
