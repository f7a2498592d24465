"""A provider is one file: an invented one works, and nothing else had to change for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from broadcaster import provider_settings
from broadcaster.booths.demand.costs import sessions_cost_usd
from broadcaster.booths.engines.engine import EndsSoon, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.sessions.rotation import rotate_in_s
from broadcaster.config import Settings
from broadcaster.desk.warnings import warnings_about
from broadcaster.errors import InterpreterFailed
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, EngineKind, Event, EventState, Interpreter, Term
from broadcaster.model.failover.choices import Failover
from broadcaster.model.language import FLOOR
from broadcaster.realtime.providers.registry import PROVIDERS, voice_at
from broadcaster.realtime.session_events import Usage
from tests.realtime.providers.invented import (
    INVENTED,
    KEY_SUBPROTOCOL,
    TONES,
    InventedServer,
)
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.web import on_loopback

KEY = "sk-invented"
BLOCK = 4_800
SILENCE = bytes(2 * BLOCK)
TALK = Event(
    "talk",
    "A talk",
    EventState.LIVE,
    (Channel("pt-BR"), Channel("pt-PT")),
    "key",
    source_language="en",
    glossary=(Term("sluice", {"pt-BR": "comporta", "pt-PT": "eclusa"}),),
    do_not_translate=("AquaNet",),
)


@pytest.fixture(autouse=True)
def one_more_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROVIDERS, INVENTED.id, INVENTED)


def settings_for(url: str | None = None) -> Settings:
    given = {"provider": "invented", "realtime_url": url}
    return Settings.model_validate(given).model_copy(update={"api_key": SecretStr(KEY)})


@asynccontextmanager
async def serving(server: InventedServer) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.handle)
    async with on_loopback(application) as url:
        yield f"{url}/v2"


async def interpreted(url: str, event: Event, channel: Channel) -> list[EngineOutput | EndsSoon]:
    """Interpret a second of silence; returns the outputs of the channel's engine."""
    async with deadline(), aiohttp.ClientSession() as http:
        engines = provider_settings.engines(settings_for(url), http)
        async with engines.opener(channel).open(event) as engine:
            for number in range(5):
                engine.push_floor_pcm(number * BLOCK, SILENCE)
            closing = asyncio.create_task(engine.close(5.0), name="close")
            outputs = [output async for output in engine.outputs()]
            await closing
            assert engine.complete
            return outputs


async def test_it_interprets_with_everything_that_it_wants() -> None:
    server = InventedServer(KEY)
    async with serving(server) as url:
        heard = {
            channel.language: await interpreted(url, TALK, channel) for channel in TALK.channels
        }
    assert server.refused == []
    said = [(one["from"], one["to"], one["voice"], one["phrases"]) for one in server.settings]
    assert said == [
        ("en", "pt-BR", "Ana", {"AquaNet": "AquaNet", "sluice": "comporta"}),
        ("en", "pt-PT", "Rui", {"AquaNet": "AquaNet", "sluice": "eclusa"}),
    ]
    assert server.heard_samples == [16_000, 16_000]
    for tag, voice in (("pt-BR", "Ana"), ("pt-PT", "Rui")):
        texts = [one.text for one in heard[tag] if isinstance(one, TextOutput)]
        assert texts
        assert set(texts) == {f" {tag}"}
        sounds = {one.pcm[:2] for one in heard[tag] if isinstance(one, SpeechOutput)}
        assert sounds == {TONES[voice]}
        assert EndsSoon() in heard[tag]


async def test_a_voice_of_the_organizer_with_the_key_in_a_subprotocol(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = replace(INVENTED.api, key_header="", key_subprotocol=KEY_SUBPROTOCOL)
    monkeypatch.setitem(PROVIDERS, INVENTED.id, replace(INVENTED, api=api))
    server = InventedServer(KEY)
    async with serving(server) as url:
        await interpreted(url, TALK, Channel("pt-BR", voice="Eva"))
    assert server.refused == []
    assert [one["voice"] for one in server.settings] == ["Eva"]


async def test_a_voice_of_another_provider_is_not_asked_for() -> None:
    server = InventedServer(KEY)
    async with serving(server) as url:
        await interpreted(url, TALK, Channel("pt-BR", voice="marin"))
        await interpreted(url, TALK, Channel("pt-BR", voice="Zoe"))
    assert [one["voice"] for one in server.settings] == ["Ana", "Zoe"]
    assert voice_at(PROVIDERS["openai"], "marin") == "marin"
    assert voice_at(PROVIDERS["azure"], "Ana") is None
    assert voice_at(PROVIDERS["azure"], None) is None


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        (Channel("es", Interpreter.CONVERSE), "no_conversations"),
        (Channel(FLOOR), "no_transcriptions"),
    ],
)
async def test_sessions_that_it_does_not_offer(channel: Channel, error: str) -> None:
    async with aiohttp.ClientSession() as http:
        engines = provider_settings.engines(settings_for(), http)
        with pytest.raises(InterpreterFailed) as failed:
            async with engines.opener(channel).open(TALK):
                pass
    assert (failed.value.error, failed.value.retryable) == (error, False)


async def test_the_desk_and_the_booths_follow_it() -> None:
    settings = settings_for()
    facts = provider_settings.interpreter_facts(settings)
    assert facts.languages == ("pt-BR", "pt-PT", "es", "cy")
    assert facts.continuous_glossary
    assert facts.continuous_voice
    assert facts.usd_per_hour == {"invented": 3.0}
    warned = {one.id: one for one in warnings_about(TALK, facts)}
    assert warned.keys() == {"no_source_captions", "provider_untried"}
    assert "Invented Interpreters" in warned["provider_untried"].message
    assert provider_settings.provider_name(settings) == "Invented Interpreters"
    prices = provider_settings.prices(settings)
    assert sessions_cost_usd(prices, EngineKind.TRANSLATE, 60_000, Usage()) == 0.05
    dearer = settings.model_copy(update={"price_translate_per_min": 0.07})
    assert provider_settings.prices(dearer).translate_per_min == 0.07
    async with aiohttp.ClientSession() as http:
        opener = provider_settings.engines(settings, http).opener(Channel("cy"))
    assert opener.kind is EngineKind.TRANSLATE
    assert not opener.speaks
    assert opener.session_s / 2 < rotate_in_s("cy", None, FakeClock(), opener.session_s) < 500


def test_an_event_that_it_cannot_serve_has_a_warning_for_each_reason() -> None:
    facts = provider_settings.interpreter_facts(settings_for())
    gone = Channel("cy", providers=("invented", "gone"))
    channels = (Channel("es"), Channel("es-MX"), gone, Channel("de"))
    event = Event("talk", "A talk", EventState.OPEN, channels, "key")
    warned = {one.id: one for one in warnings_about(event, facts)}
    assert {name: one.languages for name, one in warned.items()} == {
        "same_interpretation": ("es", "es-MX"),
        "only_written": ("cy",),
        "not_interpreted": ("de",),
        "source_language_needed": ("es", "es-MX", "cy", "de"),
        "no_source_captions": (),
        "too_many_sessions": ("es", "es-MX", "cy", "de"),
        "provider_not_set_up": ("cy",),
        "provider_untried": (),
    }
    assert all(one.message.endswith(".") and one.hint.endswith(".") for one in warned.values())


@pytest.mark.parametrize(
    ("fallbacks", "standby", "costs"),
    [
        ("openai", Standby.WARM, {"standby_costs": {"usd_per_hour": 4.08}}),
        ("openai", Standby.COLD, {}),
        ("", Standby.WARM, {"standby_missing": {}}),
    ],
)
def test_a_service_that_listens_all_the_time_has_its_price(
    fallbacks: str, standby: Standby, costs: dict[str, dict[str, float]]
) -> None:
    settings = settings_for().model_copy(update={"fallback_providers": fallbacks})
    facts = provider_settings.interpreter_facts(settings)
    alone = Channel("pt-BR", providers=("invented",))
    channels = (Channel("es"), Channel("cy"), alone)
    failover = Failover(standby=standby)
    event = Event("talk", "A talk", EventState.OPEN, channels, "key", failover=failover)
    warned = {one.id: one for one in warnings_about(event, facts)}
    found = {name: one.values for name, one in warned.items() if name.startswith("standby_")}
    assert found == costs
    if "standby_costs" in warned:
        assert warned["standby_costs"].languages == ("es", "cy")
        assert "$4.08" in warned["standby_costs"].message


@pytest.mark.parametrize(
    ("url", "given", "found"),
    [
        ("https://api.openai.com/v1", {}, "openai"),
        ("https://hall.openai.azure.com", {}, "openai"),
        ("https://hall.openai.azure.com", {"realtime_azure": True}, "azure"),
        ("https://hall.openai.azure.com", {"provider": "azure"}, "azure"),
        ("wss://eu.invented.example/v2", {}, "invented"),
        ("https://gateway.example/v1", {}, "openai"),
        (None, {}, "openai"),
        ("http://127.0.0.1:8090/v1", {"provider": "local"}, "local"),
    ],
)
def test_the_address_tells_the_provider_unless_it_is_named(
    url: str | None, given: dict[str, object], found: str
) -> None:
    settings = Settings.model_validate({"realtime_url": url, **given})
    assert provider_settings.provider(settings).id == found
