"""A desk with an event in each state, an alarm, a log, and a conference with a programme."""

import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState, Notice
from broadcaster.model.status import BoothState, BoothStatus, EdgeStatus, FloorStatus, Status
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

TALK = Event(
    "talk",
    "Opening keynote: water for everyone",
    EventState.LIVE,
    (Channel("es", always=True), Channel("ar"), Channel("pt-BR"), Channel("pt-PT")),
    "key",
    code="K7F2QX",
    spend_cap_usd=2.0,
    alarm_limits={"booth_failed_s": 1.0, "speaker_gone_s": 3.0},
)
NOTICE = Notice("Lunch until 13:30", {"es": "Comida hasta las 13:30"})
OTHERS = (
    ("paused", "Rivers without borders", EventState.PAUSED),
    ("open", "Rain, roofs and tanks", EventState.OPEN),
    ("draft", "What a well costs", EventState.DRAFT),
    ("closed", "Welcome", EventState.CLOSED),
    ("archived", "Last year’s keynote", EventState.ARCHIVED),
)
EVENTS = (
    TALK,
    *(
        dataclasses.replace(
            TALK,
            id=event_id,
            title=title,
            state=state,
            pause_notice=NOTICE if state is EventState.PAUSED else None,
            code=f"M4X7T{number}",
            conference="water",
            room="Annex",
            starts_at_ms=1_795_784_400_000,
        )
        for number, (event_id, title, state) in enumerate(OTHERS, start=2)
    ),
)
GOOD = BoothStatus(
    "es",
    BoothState.LIVE,
    lag_ms=2_100,
    level_dbfs=-20.4,
    sessions=2,
    reconnects=1,
    last_error="connection_lost",
    last_error_reason="the connection to the interpreter was lost",
    last_error_at_ms=1_795_784_400_000,
    dropped_ms=3_240,
    interpreter="translate",
    glossary_said=12,
    glossary_hits=11,
)
REPORTS: tuple[Status, ...] = (
    FloorStatus(
        publisher=True,
        level_dbfs=-22.0,
        peak_dbfs=-6.0,
        position=24_000,
        error="one_channel_silent",
        reason="The right channel is silent: check its cable.",
        stereo_taken="left",
        stereo_faulty="right",
    ),
    BoothStatus("floor", BoothState.LIVE, interpreter="transcribe"),
    GOOD,
    BoothStatus(
        "ar",
        BoothState.FAILED,
        "The key was refused. Check OPENAI_API_KEY.",
        last_error="wrong_key",
        interpreter="translate",
    ),
    dataclasses.replace(GOOD, channel="pt-BR", state=BoothState.RETRYING, lag_ms=14_000),
    EdgeStatus("a", {"es": 12, "ar": 4, "floor": 3}, {"es": 14}),
)
SPENT_USD = {"es": {"ended_usd": 1.7, "running_usd": 0}}
CONFERENCE = {
    "id": "water",
    "title": "Water for cities",
    "time_zone": "Europe/Berlin",
    "rooms": ["Great hall", "Annex"],
    "languages": ["es", "fr"],
}


@asynccontextmanager
async def desk_with_everything() -> AsyncIterator[str]:
    """Yields the address of the server; the organizer's token is `TOKEN`."""
    async with EmbeddedBus(None) as bus:
        for event in EVENTS:
            await bus.put(keys.event_record(event.id), event.to_json())
        await bus.put(keys.spent_record("talk"), json.dumps(SPENT_USD).encode())
        services = "local=http://127.0.0.1:9/v1"
        async with served_desk(
            bus, REPORTS, public_url="https://talks.example", fallback_providers=services
        ) as url:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                aiohttp.ClientSession(url, headers=headers) as http,
                http.post("/api/conferences", json=CONFERENCE) as answer,
            ):
                assert answer.ok, await answer.text()
            yield url
