"""A client of conversations and transcriptions that checks every event it sends and sees."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, get_args

import aiohttp
from aiohttp.test_utils import TestServer
from openai.types.realtime import (
    RealtimeClientEvent,
    RealtimeServerEvent,
    RealtimeSessionCreateResponse,
    RealtimeTranscriptionSessionCreateResponse,
)
from pydantic import BaseModel, Field, TypeAdapter

from tests.rehearsal.session_client import KEY, SessionClient, assert_documented

CONVERSATION = "/v1/realtime?model=gpt-realtime-2.1"
TRANSCRIPTION = "/v1/realtime?intent=transcription"


def by_type(union: Any) -> TypeAdapter[BaseModel]:
    """The official union of events, told apart by their type."""
    members: Any = Annotated[get_args(union)[0], Field(discriminator="type")]
    return TypeAdapter(members)


SERVER_EVENT = by_type(RealtimeServerEvent)
CLIENT_EVENT = by_type(RealtimeClientEvent)
SESSIONS: dict[str, type[BaseModel]] = {
    "realtime": RealtimeSessionCreateResponse,
    "transcription": RealtimeTranscriptionSessionCreateResponse,
}


_TIMED = "conversation.item.input_audio_transcription.delta"
_TIMES = ("audio_start_ms", "audio_end_ms")
"""When a fragment was said, which our interpreter tells and the official models do not know."""


def assert_valid(event: dict[str, Any]) -> None:
    """The official models know the event and everything in it, but for `_TIMES`."""
    if event["type"] == _TIMED:
        event = {key: value for key, value in event.items() if key not in _TIMES}
    session = event.get("session")
    if session is not None:
        assert_documented(SESSIONS[session["type"]].model_validate(session))
        own = ("id", "object", "expires_at")
        event = {**event, "session": {k: v for k, v in session.items() if k not in own}}
    assert_documented(SERVER_EVENT.validate_python(event))


class RealtimeClient(SessionClient):
    """A conversation or a transcription."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(socket, assert_valid)

    async def send(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, **fields}
        assert_documented(CLIENT_EVENT.validate_python(event))
        await self.socket.send_json(event)

    async def append(self, pcm: bytes) -> None:
        await self.send("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())

    async def ask(self, pcm: bytes, **response: Any) -> None:
        """Ask for an out-of-band response to a recording."""
        audio = base64.b64encode(pcm).decode()
        content = [{"type": "input_audio", "audio": audio}]
        message = {"type": "message", "role": "user", "content": content}
        wanted = {"conversation": "none", "input": [message], **response}
        await self.send("response.create", response=wanted)

    async def interpret(self, pcm: bytes, language: str, **response: Any) -> dict[str, Any]:
        """Ask for a response and wait for its end."""
        await self.ask(pcm, instructions=f"Target language: {language}", **response)
        done = await self.until("response.done")
        result: dict[str, Any] = done["response"]
        return result


def text_of(response: dict[str, Any]) -> str:
    """Return the text of a finished response."""
    parts = [part for item in response["output"] for part in item["content"]]
    return "".join(part.get("transcript") or part.get("text") or "" for part in parts)


@asynccontextmanager
async def realtime(server: TestServer, url: str) -> AsyncIterator[RealtimeClient]:
    """A session that was created."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.make_url(url), headers=KEY, max_msg_size=0) as socket,
    ):
        client = RealtimeClient(socket)
        await client.until("session.created")
        yield client
