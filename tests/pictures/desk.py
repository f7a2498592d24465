"""A desk with an event that is on the air."""

import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Interpreter
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
)
from tests.matrix.events import TALK
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

LISTENERS = {"es": 212, "fr": 148, "de": 96, "ar": 41, "ja": 23, "floor": 18}
READERS = {"es": 260, "fr": 171, "de": 133, "ar": 57, "ja": 64, "floor": 30}
LAGS_MS = {"es": 2_900, "fr": 3_100, "de": 3_600, "ar": 3_300, "ja": 4_200}
ON_AIR_S = 41 * 60
SPENT_USD = {channel: {"booth": 0.034 * ON_AIR_S / 60} for channel in LAGS_MS}
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
    async with EmbeddedBus(None) as bus:
        event = dataclasses.replace(TALK, title="Water for everyone", downloads=True)
        await bus.put(keys.event_record(event.id), event.to_json())
        await bus.put(keys.spent_record(event.id), json.dumps(SPENT_USD).encode())
        async with served_desk(bus, STATUSES, public_url="https://talks.example") as url:
            yield f"{url}/desk?token={TOKEN}"
