"""Qwen and Gemini against servers that were made from their documents."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from broadcaster import provider_settings
from broadcaster.booths.engines.engine import EndsSoon, EngineOutput, SpeechOutput, TextOutput
from broadcaster.config import Settings
from broadcaster.desk.warnings import warnings_about
from broadcaster.errors import InterpreterFailed
from broadcaster.model.event import Channel, Event, EventState, Term
from broadcaster.realtime.providers import gemini
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.providers.registry import PROVIDERS
from tests.realtime.providers.documented import GeminiServer, QwenServer
from tests.support.deadline import deadline
from tests.support.web import on_loopback

KEY = "sk-documented"
BLOCK = 4_800
SILENCE = bytes(2 * BLOCK)
TALK = Event(
    "talk",
    "A talk",
    EventState.LIVE,
    (Channel("es"),),
    "key",
    source_language="en-GB",
    glossary=(Term("sluice", {"es": "esclusa"}),),
)


def settings_for(name: str, url: str | None = None, key: str = KEY) -> Settings:
    settings = Settings.model_validate({"provider": name, "realtime_url": url})
    return settings.model_copy(update={"api_key": SecretStr(key)})


async def interpreted(settings: Settings) -> list[EngineOutput | EndsSoon]:
    """Interpret a second; returns the outputs."""
    async with deadline(), aiohttp.ClientSession() as http:
        engines = provider_settings.engines(settings, http)
        async with engines.opener(TALK.channels[0]).open(TALK) as engine:
            for number in range(5):
                engine.push_floor_pcm(number * BLOCK, SILENCE)
            closing = asyncio.create_task(engine.close(8.0), name="close")
            outputs = [output async for output in engine.outputs()]
            await closing
            assert engine.complete
            return outputs


def answer_of(outputs: list[EngineOutput | EndsSoon]) -> tuple[str, int]:
    """The text, and the number of its pieces of sound. The text has a place on the floor."""
    texts = [one for one in outputs if isinstance(one, TextOutput)]
    assert {one.position for one in texts} == {5 * BLOCK}
    sounds = [one for one in outputs if isinstance(one, SpeechOutput)]
    return "".join(one.text for one in texts), len(sounds)


async def test_qwen() -> None:
    server = QwenServer(KEY)
    application = web.Application()
    application.router.add_get(server.path, server.handle)
    async with on_loopback(application) as url:
        outputs = await interpreted(settings_for("qwen", f"{url}/api-ws/v1"))
    assert server.refused == []
    assert answer_of(outputs) == ("Hola a todos. Bienvenidos.", 2)
    assert server.samples == 16_000
    [session] = server.sessions
    assert session["translation"] == {
        "language": "es",
        "corpus": {"phrases": {"sluice": "esclusa"}},
    }
    assert session["input_audio_transcription"] == {"language": "en"}
    assert session["audio"] == {"output": {"voice": "Tina"}}


async def test_gemini(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "QUIET_S", 0.3)
    server = GeminiServer(KEY)
    application = web.Application()
    application.router.add_get(server.path, server.handle)
    async with on_loopback(application) as url:
        outputs = await interpreted(settings_for("gemini", url))
    assert server.refused == []
    assert answer_of(outputs) == ("Hola a todos. Bienvenidos.", 2)
    assert EndsSoon() in outputs
    assert server.samples == 16_000
    [setup] = server.sessions
    assert setup["model"] == "models/gemini-3.5-live-translate-preview"
    wanted = {"targetLanguageCode": "es", "echoTargetLanguage": False}
    assert setup["generationConfig"]["translationConfig"] == wanted


@pytest.mark.parametrize(("name", "server"), [("qwen", QwenServer), ("gemini", GeminiServer)])
async def test_a_wrong_key_is_named(name: str, server: type[QwenServer | GeminiServer]) -> None:
    served = server(KEY)
    application = web.Application()
    application.router.add_get(served.path, served.handle)
    async with on_loopback(application) as url:
        base = f"{url}/api-ws/v1" if name == "qwen" else url
        with pytest.raises(InterpreterFailed) as failed:
            await interpreted(settings_for(name, base, "sk-wrong"))
    assert (failed.value.error, failed.value.retryable) == ("invalid_api_key", False)


@pytest.mark.parametrize("provider", [PROVIDERS["qwen"], PROVIDERS["gemini"]], ids=lambda p: p.id)
def test_the_desk_says_that_it_was_not_tried(provider: Provider) -> None:
    settings = settings_for(provider.id)
    warned = [one.id for one in warnings_about(TALK, provider_settings.interpreter_facts(settings))]
    assert warned == ["no_source_captions", "provider_untried"]
    assert provider_settings.provider_name(settings) == provider.name
