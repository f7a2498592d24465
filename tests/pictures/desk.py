"""A desk with an event that is on the air."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from broadcaster.app import build
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Role, Settings
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Interpreter
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
    status_to_json,
)
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.application import create_application
from tests.matrix.events import TALK
from tests.support.on_demand import served
from tests.support.processes import TOKEN
from tests.support.tasks import background_task

LISTENERS = {"es": 212, "fr": 148, "de": 96, "ar": 41, "ja": 23, "floor": 18}
READERS = {"es": 260, "fr": 171, "de": 133, "ar": 57, "ja": 64, "floor": 30}
LAGS_MS = {"es": 2_900, "fr": 3_100, "de": 3_600, "ar": 3_300, "ja": 4_200}
ON_AIR_S = 41 * 60
SPENT_USD = {channel: {"booth": 0.034 * ON_AIR_S / 60} for channel in LAGS_MS}
REPORT_S = 0.2
STATUSES: tuple[Status, ...] = (
    FloorStatus(publisher=True, level_dbfs=-21.0, peak_dbfs=-6.0, position=ON_AIR_S * CLOCK_HZ),
    *(
        BoothStatus(
            channel,
            BoothState.LIVE,
            lag_ms=lag_ms,
            interpreter=Interpreter.TRANSLATE,
            glossary_said=14,
            glossary_hits=13,
        )
        for channel, lag_ms in LAGS_MS.items()
    ),
    BoothStatus("floor", BoothState.LIVE, floor_language="en"),
    EdgeStatus("edge", LISTENERS, READERS),
)


@asynccontextmanager
async def desk_page() -> AsyncIterator[str]:
    """Yields the address of the desk, with the organizer's token."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        event = dataclasses.replace(TALK, title="Water for everyone", downloads=True)
        await bus.put(keys.event_record(event.id), event.to_json())
        await bus.put(keys.spent_record(event.id), json.dumps(SPENT_USD).encode())
        keyring, desk = StageKeyring(["store key"]), frozenset({Role.DESK})
        settings = Settings.model_validate({"public_url": "https://talks.example"})
        parts = build(settings, desk, TOKEN, bus, http, keyring)

        async def report() -> None:
            while True:
                for status in STATUSES:
                    bus.publish(keys.status(event.id), status_to_json(status))
                await asyncio.sleep(REPORT_S)

        for name, run in {"reports": report, **parts.run}.items():
            await stack.enter_async_context(background_task(run(), name))
        url = await stack.enter_async_context(served(create_application(bus, parts.routes)))
        yield f"{url}/desk?token={TOKEN}"
