"""A Realtime server that reads each text aloud as a tone, a second for each word."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web

from broadcaster.model.audio import CLOCK_HZ
from tests.booths.human.scripted import ANNOUNCEMENT_HZ, pcm_of
from tests.support.web import on_loopback

MODEL = "converse"


def read_aloud(text: str) -> bytes:
    """The sound of a text."""
    at = np.arange(len(text.split()) * CLOCK_HZ) / CLOCK_HZ
    return pcm_of(0.2 * np.sin(2 * np.pi * ANNOUNCEMENT_HZ * at))


class ReadingServer:
    """Answers texts by sound; it says something else, or fails, if it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = ""
        self.fails = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.fails:
            return web.Response(status=401)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session: dict[str, Any] = {"id": "s", "type": "realtime", "model": MODEL}
        await socket.send_json({"type": "session.created", "session": session})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            if event["type"] == "session.update":
                updated = session | event["session"]
                await socket.send_json({"type": "session.updated", "session": updated})
            elif event["type"] == "response.create":
                await self._answer(socket, event["response"])
        return socket

    async def _answer(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        assert asked["output_modalities"] == ["audio"]
        text = asked["input"][0]["content"][0]["text"]
        self.asked.append(text)
        response = {"id": "r", "metadata": asked["metadata"], "status": "in_progress"}
        await socket.send_json({"type": "response.created", "response": response})
        said = self.answers or text
        delta = {"response_id": "r", "delta": said}
        await socket.send_json({"type": "response.output_audio_transcript.delta"} | delta)
        sound = base64.b64encode(read_aloud(said)).decode()
        delta = {"response_id": "r", "delta": sound}
        await socket.send_json({"type": "response.output_audio.delta"} | delta)
        usage = {"output_tokens": 20, "output_token_details": {"audio_tokens": 20}}
        done = response | {"status": "completed", "usage": usage}
        await socket.send_json({"type": "response.done", "response": done})


@asynccontextmanager
async def reading_server() -> AsyncIterator[tuple[ReadingServer, str]]:
    """A server, and the address of its API."""
    server = ReadingServer()
    application = web.Application()
    application.router.add_get("/v1/realtime", server.handle)
    async with on_loopback(application) as url:
        yield server, f"{url}/v1"
