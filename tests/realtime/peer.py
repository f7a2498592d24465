"""The server's side of a session, played by the tests over real sockets."""

import base64
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.protocol.translation import TranslationProtocol
from broadcaster.realtime.session_events import ServerError, SessionClosed, SessionEvent
from tests.support.deadline import deadline

KEY = "sk-test-THE-KEY-0123456789"
FRAME = bytes(range(240)) * 40

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[Endpoint]]


def into(language: str) -> TranslationProtocol:
    """The client side of a session of OpenAI's that interprets into a language."""
    return TranslationProtocol(ContinuousConfig(language))


def session(language: str) -> dict[str, Any]:
    audio = {"input": {}, "output": {"language": language}}
    return {"id": "sess_1", "type": "translation", "expires_at": 1795329600, "audio": audio}


class TranslationServer:
    """The server's side of one translation; `talk_server` has the other kinds."""

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.ws = web.WebSocketResponse()

    async def greet(self) -> dict[str, Any]:
        """Up to the client's update, which is returned."""
        await self.ws.prepare(self.request)
        await self.send("session.created", session=session("es"))
        return await self.read()

    async def go_live(self) -> None:
        update = await self.greet()
        language = update["session"]["audio"]["output"]["language"]
        await self.send("session.updated", session=session(language))

    async def send(self, kind: str, **fields: object) -> None:
        await self.ws.send_json({"type": kind, "event_id": "e", **fields})

    async def send_audio(self, pcm: bytes) -> None:
        await self.send("session.output_audio.delta", delta=base64.b64encode(pcm).decode())

    async def read(self) -> dict[str, Any]:
        event = json.loads((await self.ws.receive()).data)
        assert isinstance(event, dict)
        return event

    async def read_to_the_end(self) -> list[str]:
        """Types of all further events of the client, until the socket ends."""
        return [json.loads(message.data)["type"] async for message in self.ws]


def playing(script: Callable[[TranslationServer], Awaitable[object]]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        side = TranslationServer(request)
        await script(side)
        return side.ws

    return handler


class StillClock:
    """Seconds of a clock that moves only when a test sets it."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def assert_exactly(kind: type[BaseModel], text: str) -> None:
    """The text is an event of this kind, and the model knows every field of it."""
    model = kind.model_validate_json(text, strict=True)
    assert model.model_dump(mode="json", exclude_unset=True, by_alias=True) == json.loads(text)
    assert unknown_fields(model) == []


def unknown_fields(model: BaseModel) -> list[str]:
    unknown = list(model.model_extra or ())
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                unknown += unknown_fields(one)
    return unknown


def assert_keyless(failure: BaseException) -> None:
    shown = "".join(traceback.format_exception(failure))
    cause: BaseException | None = failure
    while cause is not None:
        shown += repr(cause) + str(cause) + str(vars(cause))
        cause = cause.__cause__ or cause.__context__
    assert KEY not in shown


async def events_of(connection: AsyncIterator[SessionEvent]) -> list[SessionEvent]:
    """All events to the end of the session."""
    async with deadline():
        return [event async for event in connection]


async def failure_opening(opening: AbstractAsyncContextManager[object]) -> InterpreterFailed:
    """Return the failure of opening a session. No part of the exception may show the key."""
    with pytest.raises(InterpreterFailed) as failed:
        async with deadline(), opening:
            pass
    assert_keyless(failed.value)
    return failed.value


async def failure_in(connection: AsyncIterator[SessionEvent]) -> InterpreterFailed:
    """Return a live session's failure. It repeats, and no unfinished output comes before it."""
    with pytest.raises(InterpreterFailed) as failed:
        async with deadline():
            async for event in connection:
                assert isinstance(event, ServerError | SessionClosed)
    with pytest.raises(InterpreterFailed) as again:
        await anext(connection)
    assert again.value is failed.value
    assert_keyless(failed.value)
    return failed.value


async def drop(side: TranslationServer) -> None:
    transport = side.request.transport
    assert transport is not None
    transport.abort()
