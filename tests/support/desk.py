"""The desk alone, served in this process over a bus of the test."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from broadcaster.app import build
from broadcaster.config import Role, Settings
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.status import Status, status_to_json
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.application import create_application
from tests.support.on_demand import served
from tests.support.processes import TOKEN
from tests.support.tasks import background_task

REPORT_S = 0.2


@asynccontextmanager
async def served_desk(
    bus: Bus, reports: Sequence[Status] = (), **settings: Any
) -> AsyncIterator[str]:
    """Serve the desk inside the context.

    Args:
        bus: has the events.
        reports: of the event `talk`, sent over and over.
        settings: of the server.

    Yields:
        Its address without a path; the organizer's token is `TOKEN`.
    """
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        keyring, desk = StageKeyring(["store key"]), frozenset({Role.DESK})
        parts = build(Settings.model_validate(settings), desk, TOKEN, bus, http, keyring)

        async def report() -> None:
            while True:
                for status in tuple(reports):
                    bus.publish(keys.status("talk"), status_to_json(status))
                await asyncio.sleep(REPORT_S)

        for name, run in {"reports of the test": report, **parts.run}.items():
            await stack.enter_async_context(background_task(run(), name))
        yield await stack.enter_async_context(
            served(create_application(bus, parts.routes, authenticate=parts.authenticate))
        )
