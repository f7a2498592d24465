"""A translation client that checks every event it sends and receives."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any

import aiohttp
from aiohttp.test_utils import TestServer
from openai.types import realtime
from pydantic import BaseModel, Field, TypeAdapter

from broadcaster.rehearsal.wire.constants import INPUT_FRAME_BYTES, INPUT_FRAME_MS
from tests.rehearsal.session_client import KEY, SessionClient, assert_documented
from tests.support.deadline import deadline

URL = "/v1/realtime/translations?model=gpt-realtime-translate"

SERVER_EVENT: TypeAdapter[BaseModel] = TypeAdapter(
    Annotated[
        realtime.RealtimeErrorEvent
        | realtime.RealtimeTranslationSessionCreatedEvent
        | realtime.RealtimeTranslationSessionUpdatedEvent
        | realtime.RealtimeTranslationSessionClosedEvent
        | realtime.RealtimeTranslationInputTranscriptDeltaEvent
        | realtime.RealtimeTranslationOutputTranscriptDeltaEvent
        | realtime.RealtimeTranslationOutputAudioDeltaEvent,
        Field(discriminator="type"),
    ]
)
CLIENT_EVENT: TypeAdapter[BaseModel] = TypeAdapter(
    Annotated[
        realtime.RealtimeTranslationSessionUpdateEvent
        | realtime.RealtimeTranslationInputAudioBufferAppendEvent
        | realtime.RealtimeTranslationSessionCloseEvent,
        Field(discriminator="type"),
    ]
)


def assert_of_translation(event: dict[str, Any]) -> None:
    """The official models know the event and everything in it."""
    assert_documented(SERVER_EVENT.validate_python(event))


class TranslationClient(SessionClient):
    """One translation session."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(socket, assert_of_translation)
        self.frames = 0

    async def send(self, event: dict[str, Any]) -> None:
        assert_documented(CLIENT_EVENT.validate_python(event))
        await self.socket.send_json(event)

    async def configure(self, language: str, *, transcription: bool = False) -> None:
        model = {"model": "gpt-live-transcribe"} if transcription else None
        audio = {"input": {"transcription": model}, "output": {"language": language}}
        await self.send({"type": "session.update", "session": {"audio": audio}})
        updated: dict[str, Any] = {}
        while updated.get("output") != audio["output"]:
            updated = (await self.until("session.updated"))["session"]["audio"]

    async def append(self, pcm: bytes) -> None:
        audio = base64.b64encode(pcm).decode()
        await self.send({"type": "session.input_audio_buffer.append", "audio": audio})

    async def play(self, pcm: bytes) -> None:
        """Send sound as fast as the server takes it."""
        for at in range(0, len(pcm), INPUT_FRAME_BYTES):
            await self.append(pcm[at : at + INPUT_FRAME_BYTES])

    async def hear(self, pcm: bytes) -> None:
        """Play whole frames and read until the server took them."""
        self.frames += len(pcm) // INPUT_FRAME_BYTES
        await self.play(pcm)
        while self.events[-1].get("elapsed_ms") != (self.frames - 1) * INPUT_FRAME_MS:
            await self.receive()

    async def finish(self) -> None:
        await self.send({"type": "session.close"})
        await self.until("session.closed")

    async def interpret(self, pcm: bytes) -> None:
        """Play and close while reading."""
        async with deadline(), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._play_and_close(pcm))
            tasks.create_task(self.until("session.closed"))

    async def _play_and_close(self, pcm: bytes) -> None:
        await self.play(pcm)
        await self.send({"type": "session.close"})

    def text(self, kind: str = "output") -> str:
        return "".join(event["delta"] for event in self.of(f"session.{kind}_transcript.delta"))

    def sounds(self) -> list[bytes]:
        return [base64.b64decode(e["delta"]) for e in self.of("session.output_audio.delta")]

    def spoken(self) -> bytes:
        """All sound but the filler."""
        return b"".join(pcm for pcm in self.sounds() if any(pcm))


Connect = Callable[[], AbstractAsyncContextManager[TranslationClient]]


@asynccontextmanager
async def connected(server: TestServer) -> AsyncIterator[TranslationClient]:
    """A session that was created."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.make_url(URL), headers=KEY, max_msg_size=0) as socket,
    ):
        client = TranslationClient(socket)
        await client.until("session.created")
        yield client


async def together(clients: Sequence[TranslationClient], pcm: bytes) -> None:
    """Play the same sound to all, in steps of a second, as if it came from one floor."""
    for at in range(0, len(pcm), 5 * INPUT_FRAME_BYTES):
        for client in clients:
            await client.hear(pcm[at : at + 5 * INPUT_FRAME_BYTES])
