"""The edge and the desk over a bus of the test, and a crowd of captions for screens."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp

from broadcaster.app import build
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Role, Settings
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.status import Status, status_to_json
from broadcaster.rehearsal import talk
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.application import create_application
from tests.support.on_demand import served
from tests.support.processes import TOKEN
from tests.support.tasks import background_task

EVENT = Event(
    "talk",
    "Water for growing cities",
    EventState.LIVE,
    (Channel("es"), Channel("ar"), Channel("ja")),
    "key",
    source_language="en",
)
SENTENCES = talk.load().sentences
SENTENCE_MS = 5_000
REPORT_S = 0.2


@dataclass
class Hall:
    """A server without booths; what they would do is done by the test.

    Attributes:
        bus: of the server.
        url: its address.
        http: a client with the organizer's token.
        reports: of stages, sent over and over.
    """

    bus: EmbeddedBus
    url: str
    http: aiohttp.ClientSession
    reports: list[Status]

    async def put(self, event: Event) -> None:
        await self.bus.put(keys.event_record(event.id), event.to_json())

    async def say(self, channel: str, number: int, *, steps: int = 1) -> str:
        """Let a channel have a sentence of the prepared talk, growing in some steps."""
        sentence = SENTENCES[number % len(SENTENCES)]
        text = sentence.translations.get(channel, sentence.text)
        start_ms = number * SENTENCE_MS
        caption = Caption(f"{channel}-{number}", channel, start_ms, start_ms, "", final=False)
        for step in range(1, steps + 1):
            grown = replace(
                caption,
                text=text[: len(text) * step // steps],
                end_ms=start_ms + SENTENCE_MS * step // steps,
                final=step == steps,
            )
            await self.bus.append(keys.captions("talk", channel), grown.to_json())
        return text


@asynccontextmanager
async def hall(reports: Sequence[Status] = ()) -> AsyncIterator[Hall]:
    """Serve the edge and the desk, with one event that is live."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        roles = frozenset({Role.EDGE, Role.DESK})
        settings = Settings.model_validate({"webrtc_port": 0})
        parts = build(settings, roles, TOKEN, bus, session, StageKeyring(["x" * 32]))
        said = list(reports)

        async def report() -> None:
            while True:
                for status in tuple(said):
                    bus.publish(keys.status("talk"), status_to_json(status))
                await asyncio.sleep(REPORT_S)

        for name, run in {"reports of the test": report, **parts.run}.items():
            await stack.enter_async_context(background_task(run(), name))
        url = await stack.enter_async_context(
            served(create_application(bus, parts.routes, authenticate=parts.authenticate))
        )
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = await stack.enter_async_context(aiohttp.ClientSession(url, headers=headers))
        found = Hall(bus, url, http, said)
        await found.put(EVENT)
        yield found
