"""The order in which the engines of a channel take over from each other."""

import aiohttp
import pytest
from pydantic import SecretStr

from broadcaster import provider_settings
from broadcaster.booths.demand.event_booths import BoothKey
from broadcaster.booths.engine_checks import TriedEngine, tried_engines
from broadcaster.booths.engines.line_up import PricedEngines, line_up
from broadcaster.booths.engines.opening import EngineOpener, Engines
from broadcaster.config import Settings
from broadcaster.model.check.report import CheckResult, Light
from broadcaster.model.event import Channel, EngineKind, Event, EventState, Interpreter
from broadcaster.model.failover.choices import Failover
from broadcaster.model.language import FLOOR
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.session_events import Usage

AUTO, CONVERSE = Interpreter.AUTO, Interpreter.CONVERSE
SETTINGS = Settings.model_validate(
    {
        "provider": "openai",
        "fallback_providers": "qwen, local=http://10.0.0.5:8090/v1",
        "fallback_keys": "qwen=sk-qwen",
        "price_translate_per_min": 0.05,
    }
).model_copy(update={"api_key": SecretStr("sk-openai")})


def known(http: aiohttp.ClientSession) -> list[PricedEngines]:
    first = PricedEngines(provider_settings.engines(SETTINGS, http), lambda *_: 1.0)
    return [first, *provider_settings.fallbacks(SETTINGS, http)]


@pytest.mark.parametrize(
    ("channel", "wanted", "found"),
    [
        (Channel("es"), (), ["openai", "qwen", "local"]),
        (Channel("es"), ("local", "openai"), ["local", "openai"]),
        (Channel("es"), ("gone",), ["openai", "qwen", "local"]),
        (Channel("cs"), (), ["openai", "qwen", "local"]),
        (Channel("eu"), (), ["openai", "local"]),
        (Channel("es", CONVERSE), (), ["openai", "local"]),
        (Channel("es", CONVERSE), ("qwen",), ["qwen"]),
        (Channel(FLOOR), (), ["openai", "local"]),
    ],
    ids=[
        "all of the settings",
        "the organizer's choice",
        "a provider that the settings do not have any more",
        "phrase by phrase where it is not continuous",
        "one that does not interpret this language",
        "one that does not interpret phrase by phrase",
        "better one that is not documented to do it than none",
        "captions of the original",
    ],
)
async def test_who_fills_a_channel(
    channel: Channel, wanted: tuple[str, ...], found: list[str]
) -> None:
    async with aiohttp.ClientSession() as http:
        ranked = line_up(channel, known(http), wanted)
    assert [one.opener.engines.provider.id for one in ranked] == found


async def test_a_language_has_the_order_of_its_event_or_one_of_its_own() -> None:
    failover = Failover(("local", "openai"))
    own = Channel("fr", providers=("qwen",))
    channels = (Channel("es"), Channel("pt"), own)
    event = Event("talk", "A talk", EventState.OPEN, channels, "key", failover=failover)
    async with aiohttp.ClientSession() as http:
        tried = tried_engines(event, known(http))
    found = [(one.opener.engines.provider.id, one.opener.kind, one.rank) for one in tried]
    translate, transcribe = EngineKind.TRANSLATE, EngineKind.TRANSCRIBE
    assert found == [
        ("local", translate, 0),
        ("qwen", translate, 0),
        ("local", transcribe, 0),
        ("openai", translate, 1),
        ("openai", transcribe, 1),
    ]
    assert BoothKey.of(Channel("es"), event).providers == ("local", "openai")
    assert BoothKey.of(own, event).providers == ("qwen",)


def test_a_fallback_that_fails_is_amber_because_the_event_can_do_without() -> None:
    red = CheckResult("engine_translate", Light.RED, "no_credit", {"language": "es"})
    opener = EngineOpener(Engines(None, Endpoint(), None, None), Channel("es"))  # type: ignore[arg-type]
    lights = [TriedEngine(opener, "Qwen", rank).named(red).light for rank in (0, 1)]
    assert lights == [Light.RED, Light.AMBER]
    assert TriedEngine(opener, "Qwen", 0).named(red).values["provider"] == "Qwen"


async def test_each_engine_has_its_own_key_address_models_and_price() -> None:
    async with aiohttp.ClientSession() as http:
        openai, qwen, local = line_up(Channel("es"), known(http), ())
    endpoints = [one.opener.engines.endpoint for one in (openai, qwen, local)]
    assert [one.api_key for one in endpoints] == ["sk-openai", "sk-qwen", ""]
    assert [one.host for one in endpoints] == [
        "api.openai.com",
        "dashscope-intl.aliyuncs.com",
        "10.0.0.5",
    ]
    assert endpoints[1].model == "qwen3.8-livetranslate-flash-realtime"
    assert [one.provider for one in (openai, qwen, local)] == [
        "OpenAI",
        "Alibaba Cloud (Qwen)",
        "local",
    ]
    costs = [one.price(EngineKind.TRANSLATE, 60_000, Usage()) for one in (qwen, local)]
    assert costs == [0.035, 0.0]
