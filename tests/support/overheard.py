"""A front of a Realtime server that passes everything on, and keeps what the engines hear."""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMsgType, web

from tests.support.sound import Samples, samples
from tests.support.tasks import background_task
from tests.support.web import on_loopback


class Overheard:
    """The sound that was sent to the engines.

    Attributes:
        url: base URL of the front.
    """

    def __init__(self, server_url: str) -> None:
        self.url = ""
        self._server_url = server_url
        self._pcm: defaultdict[str, bytearray] = defaultdict(bytearray)

    def by(self, language: str) -> Samples:
        """All sound that the engines of a language have heard, at 24 kHz."""
        return samples(bytes(self._pcm[language]))

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Join a session with one of the server."""
        address = self._server_url.removesuffix("/v1") + str(request.rel_url)
        headers = {"Authorization": request.headers.get("Authorization", "")}
        inside = web.WebSocketResponse(max_msg_size=0)
        await inside.prepare(request)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(address, headers=headers, max_msg_size=0) as outside,
            background_task(_copied(outside, inside), name="answers of the provider"),
        ):
            language = ""
            async for message in inside:
                if message.type is not WSMsgType.TEXT:
                    break
                event = json.loads(message.data)
                if event["type"] == "session.update":
                    output = event["session"].get("audio", {}).get("output", {})
                    language = output.get("language", language)
                elif event["type"].endswith("input_audio_buffer.append"):
                    self._pcm[language] += base64.b64decode(event["audio"])
                await outside.send_str(message.data)
        return inside


@asynccontextmanager
async def overheard(server_url: str) -> AsyncIterator[Overheard]:
    """The front of a server inside the context."""
    front = Overheard(server_url)
    application = web.Application()
    application.router.add_get("/v1/{path:.*}", front.forward)
    async with on_loopback(application) as url:
        front.url = f"{url}/v1"
        yield front


async def _copied(source: aiohttp.ClientWebSocketResponse, target: web.WebSocketResponse) -> None:
    async for message in source:
        if message.type is not WSMsgType.TEXT or target.closed:
            break
        await target.send_str(message.data)
    await target.close(code=source.close_code or 1000)
    await asyncio.get_running_loop().create_future()
