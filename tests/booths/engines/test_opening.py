"""The choice of a channel's engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from broadcaster.booths.engines import opening
from broadcaster.booths.engines.opening import Engines
from broadcaster.model.event import Channel, EngineKind, Event, EventState, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.protocol.settings import ConversationConfig

AUTO, TRANSLATE, CONVERSE = Interpreter.AUTO, Interpreter.TRANSLATE, Interpreter.CONVERSE


@pytest.mark.parametrize(
    ("language", "asked", "given"),
    [
        ("es", AUTO, EngineKind.TRANSLATE),
        ("pt-BR", AUTO, EngineKind.TRANSLATE),
        ("eu", AUTO, EngineKind.CONVERSE),
        ("sv", AUTO, EngineKind.TRANSLATE),
        ("es", CONVERSE, EngineKind.CONVERSE),
        ("eu", TRANSLATE, EngineKind.TRANSLATE),
        (FLOOR, AUTO, EngineKind.TRANSCRIBE),
    ],
    ids=[
        "documented",
        "its region does not matter",
        "not documented",
        "an extra language of the settings",
        "the organizer's choice",
        "the organizer's choice against the documentation",
        "the floor is transcribed",
    ],
)
async def test_a_channel_gets_the_engine_for_its_language(
    language: str, asked: Interpreter, given: EngineKind
) -> None:
    async with aiohttp.ClientSession() as http:
        endpoint = Endpoint("http://127.0.0.1:9/v1", "key")
        engines = Engines(http, endpoint, "converse", "transcribe", frozenset({"sv"}))
        assert engines.opener(Channel(language, asked)).kind is given


async def test_an_engine_speaks_the_language_without_its_region() -> None:
    async with aiohttp.ClientSession() as http:
        engines = Engines(http, Endpoint("http://127.0.0.1:9/v1", "key"), "m", "m")
        assert engines.opener(Channel("pt-BR")).language == "pt"


@pytest.mark.parametrize(("voice", "spoken"), [("cedar", "cedar"), (None, "marin")])
async def test_a_conversation_speaks_with_the_voice_of_its_channel(
    voice: str | None, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs: list[ConversationConfig] = []

    @asynccontextmanager
    async def noted(*given: Any, **_deadlines: Any) -> AsyncIterator[None]:
        configs.append(given[2])
        yield None

    monkeypatch.setattr(opening, "open_conversation", noted)
    event = Event("talk", "A talk", EventState.LIVE, (), "key")
    async with aiohttp.ClientSession() as http:
        engines = Engines(http, Endpoint("http://127.0.0.1:9/v1", "key"), "m", "m")
        async with engines.opener(Channel("eu", CONVERSE, voice=voice)).open(event):
            pass
    assert [config.voice for config in configs] == [spoken]
