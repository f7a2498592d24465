"""A front of a Realtime server whose interpreters of some languages repeat what they hear.

The local interpreter understands the prepared talk alone. An interpreter that repeats every sound,
a while later, lets a listener's sound be compared with what was interpreted.
"""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMsgType, web

from tests.support.sound import RATE_HZ
from tests.support.tasks import background_task
from tests.support.web import on_loopback

DELAY_MS = 2_000
_OUTPUTS = ("session.output_audio.delta", "session.output_transcript.delta")


class Echo:
    """The last moments of what one session has heard."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._heard_ms = 0.0
        self._waiting_ms = 0.0

    def repeat(self, pcm: bytes) -> list[str]:
        """Take the next sound, s16le mono 24 kHz; returns the server events that are due."""
        self._waiting.append(pcm)
        self._heard_ms += _ms(pcm)
        self._waiting_ms += _ms(pcm)
        due = []
        while self._waiting_ms > DELAY_MS:
            piece = self._waiting.popleft()
            self._waiting_ms -= _ms(piece)
            due.append(self._event(piece))
        return due

    def _event(self, pcm: bytes) -> str:
        return json.dumps(
            {
                "type": "session.output_audio.delta",
                "event_id": "event_echo",
                "delta": base64.b64encode(pcm).decode(),
                "sample_rate": RATE_HZ,
                "channels": 1,
                "format": "pcm16",
                "elapsed_ms": int(self._heard_ms - _ms(pcm)),
            }
        )


class _Front:
    def __init__(self, server_url: str, languages: Collection[str]) -> None:
        self._server_url = server_url
        self._languages = languages

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Join a session with one of the server."""
        address = self._server_url.removesuffix("/v1") + str(request.rel_url)
        headers = {"Authorization": request.headers.get("Authorization", "")}
        inside = web.WebSocketResponse(max_msg_size=0)
        await inside.prepare(request)
        language = ""
        echo = Echo()

        def is_passed_on(kind: str) -> bool:
            return language not in self._languages or kind not in _OUTPUTS

        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(address, headers=headers, max_msg_size=0) as outside,
            background_task(_copied(outside, inside, is_passed_on), name="answers of the provider"),
        ):
            async for message in inside:
                if message.type is not WSMsgType.TEXT:
                    break
                event = json.loads(message.data)
                if event["type"] == "session.update":
                    output = event["session"].get("audio", {}).get("output", {})
                    language = output.get("language", language)
                elif "audio" in event and language in self._languages:
                    for repeated in echo.repeat(base64.b64decode(event["audio"])):
                        await inside.send_str(repeated)
                await outside.send_str(message.data)
        return inside


@asynccontextmanager
async def echoing(server_url: str, languages: Collection[str]) -> AsyncIterator[str]:
    """The base URL of a front inside the context; interpreters of these languages repeat."""
    application = web.Application()
    application.router.add_get("/v1/{path:.*}", _Front(server_url, languages).forward)
    async with on_loopback(application) as url:
        yield f"{url}/v1"


async def _copied(
    source: aiohttp.ClientWebSocketResponse,
    target: web.WebSocketResponse,
    is_passed_on: Callable[[str], bool],
) -> None:
    async for message in source:
        if message.type is not WSMsgType.TEXT or target.closed:
            break
        if is_passed_on(json.loads(message.data)["type"]):
            await target.send_str(message.data)
    await target.close(code=source.close_code or 1000)
    await asyncio.get_running_loop().create_future()


def _ms(pcm: bytes) -> float:
    return len(pcm) / 2 / RATE_HZ * 1_000
