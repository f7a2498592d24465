"""A provider reads announcements aloud, and what it says is checked."""

import aiohttp
import pytest

from broadcaster.booths.announcements.reading import AnnouncementReader, NotRead
from broadcaster.booths.engines.line_up import PricedEngines
from broadcaster.booths.engines.opening import Engines
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.event import Channel
from broadcaster.model.spending.spent import Spent
from broadcaster.realtime.endpoint import Endpoint
from tests.booths.announcements.reading_aloud import MODEL, read_aloud, reading_server
from tests.support.virtual_time import VirtualTimeBus

LUNCH = "La comida es ya"


def reader(
    bus: EmbeddedBus, http: aiohttp.ClientSession, *urls: str, model: str | None = MODEL
) -> AnnouncementReader:
    """A reader that knows a provider at each of these addresses."""
    known = [
        PricedEngines(
            Engines(http, Endpoint(url, "key"), model, None),
            lambda _kind, _sent_ms, usage: usage.output_audio / 100,
        )
        for url in urls
    ]
    return AnnouncementReader("talk", Channel("es"), known, bus)


async def spent_usd(bus: EmbeddedBus) -> float:
    record = await bus.get(keys.spent_record("talk"))
    return Spent.from_json(record.value).total_usd if record is not None else 0.0


async def test_a_text_becomes_sound_at_the_event_s_cost() -> None:
    async with (
        VirtualTimeBus() as bus,
        reading_server() as (server, url),
        aiohttp.ClientSession() as http,
    ):
        assert await reader(bus, http, url).read(LUNCH) == read_aloud(LUNCH)
        assert server.asked == [LUNCH]
        assert await spent_usd(bus) == 0.2


async def test_the_next_provider_reads_what_the_first_one_does_not() -> None:
    async with (
        VirtualTimeBus() as bus,
        reading_server() as (first, first_url),
        reading_server() as (second, second_url),
        aiohttp.ClientSession() as http,
    ):
        both = reader(bus, http, first_url, second_url)
        first.fails = True
        assert await both.read(LUNCH) == read_aloud(LUNCH)
        first.fails, first.answers = False, "¿En qué puedo ayudarle hoy?"
        assert await both.read(LUNCH) == read_aloud(LUNCH)
        assert first.asked == [LUNCH]
        second.fails = True
        with pytest.raises(NotRead, match="provider_failed"):
            await both.read(LUNCH)


async def test_a_provider_without_a_model_for_texts_is_not_asked() -> None:
    async with VirtualTimeBus() as bus, aiohttp.ClientSession() as http:
        with pytest.raises(NotRead, match="not_offered"):
            await reader(bus, http, "http://127.0.0.1:9/v1", model=None).read(LUNCH)
