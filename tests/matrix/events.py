"""A server with an event in each state, and a proxy in front of it that can lose the network."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.join import Passcode
from broadcaster.model.status import BoothState, BoothStatus, FloorStatus, Status, status_to_json
from tests.edge.conftest import Edge, running_edge
from tests.edge.faulty_proxy import FaultyProxy, faulty
from tests.edge.voices import encoded, speaking
from tests.matrix.talk import SENTENCES, TITLE, captions
from tests.support.tasks import background_task

CODE = "K7F2Q0"
LANGUAGES = ("es", "fr", "de", "ar", "ja")
TALK = Event(
    "talk",
    TITLE,
    EventState.LIVE,
    tuple(Channel(tag) for tag in LANGUAGES),
    "key",
    code=CODE,
    source_language="en",
)
CONGRESS = dataclasses.replace(
    TALK,
    id="congress",
    code="",
    channels=tuple(
        Channel(tag)
        for tag in (*LANGUAGES, "pt-BR", "pt-PT", "zh-Hant", "el", "sw", "uk", "hi", "it")
    ),
)
STARTS_AT_MS = 1_795_784_400_000
"""13:00 UTC."""
AI_NOTICE = (
    "A machine interprets today. It may be wrong; names and numbers most of all. "
    "The slides are at water.example/slides."
)
EVENTS = (
    TALK,
    CONGRESS,
    dataclasses.replace(TALK, id="soon", code="", notice="Questions: sli.do #water"),
    dataclasses.replace(TALK, id="notices", code="", ai_notice=AI_NOTICE, notice="Fire exit: left"),
    dataclasses.replace(
        TALK, id="waiting", code="", state=EventState.OPEN, starts_at_ms=STARTS_AT_MS
    ),
    dataclasses.replace(
        TALK,
        id="paused",
        code="",
        state=EventState.PAUSED,
        notice="Lunch until 13:30 in the restaurant.",
    ),
    dataclasses.replace(TALK, id="ended", code="", state=EventState.CLOSED),
    dataclasses.replace(TALK, id="kept", code="", state=EventState.CLOSED, downloads=True),
    dataclasses.replace(TALK, id="shut", code="", passcode=Passcode("Water-24", "secret")),
)
SPOKEN = ("talk", "congress", "soon", "notices")
"""Events with a speaker."""
WRITTEN = ("talk", "congress", "notices", "paused", "kept")
"""Events with captions."""
_FULL = json.dumps({"error": "too_many_joins", "message": "m", "hint": "h"}).encode()
FULL = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 30\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)
REPORT_S = 0.5
LAG_MS = 3_000


@dataclass(frozen=True, slots=True)
class Events:
    """A server with all events.

    Attributes:
        url: of the proxy in front of it.
        proxy: can lose the network.
        edge: the server.
    """

    url: str
    proxy: FaultyProxy
    edge: Edge

    async def lose_network(self) -> None:
        """Until `find_network`, no connection works."""
        await self.proxy.cut()

    def find_network(self) -> None:
        """Connections work again."""
        self.proxy.cut_off = False


@asynccontextmanager
async def served_events(title: str = TITLE) -> AsyncIterator[Events]:
    """All events, some with a speaker and interpreters at work.

    Args:
        title: of each event.
    """
    packets = await asyncio.to_thread(encoded)
    sounds = {tag: packets["ar" if tag == "ar" else "es"] for tag in ("floor", *LANGUAGES)}
    async with running_edge() as edge, faulty(edge.url) as (url, proxy):
        for event in EVENTS:
            await edge.put(dataclasses.replace(event, title=title))
        await edge.bus.put(keys.code_record(CODE), b"talk")
        for event_id in WRITTEN:
            for channel in SENTENCES:
                for caption in captions(channel):
                    await edge.bus.append(keys.captions(event_id, channel), caption.to_json())
        proxy.answers["/e/full/info"] = FULL
        async with speaking(edge, sounds), background_task(_report(edge), "reports"):
            yield Events(url, proxy, edge)


async def _report(edge: Edge) -> None:
    """Say again and again that a speaker is there and interpreters are at work."""
    booths = [BoothStatus(tag, BoothState.LIVE, lag_ms=LAG_MS) for tag in LANGUAGES]
    original = BoothStatus("floor", BoothState.LIVE, floor_language="en")
    statuses: list[Status] = [FloorStatus(publisher=True), original, *booths]
    while True:
        for event_id in SPOKEN:
            for status in statuses:
                edge.bus.publish(keys.status(event_id), status_to_json(status))
        await asyncio.sleep(REPORT_S)
