"""The order in which the engines of a channel take over from each other."""

import aiohttp
import pytest
from pydantic import SecretStr

from broadcaster import provider_settings
from broadcaster.booths.engines.line_up import PricedEngines, line_up
from broadcaster.config import Settings
from broadcaster.model.event import Channel, EngineKind, Interpreter
from broadcaster.model.language import FLOOR
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
