"""A front of a Realtime server whose engines of some languages need not understand what they hear.

The local interpreter understands the prepared talk alone, and other speech slowly on a busy
machine. An interpreter that repeats every sound, a while later, lets a listener's sound be compared
with what was interpreted. A transcriber that is told what to write says who was heard when.
"""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web

from tests.support.sound import RATE_HZ
from tests.support.tasks import background_task
from tests.support.web import on_loopback

DELAY_MS = 2_000
Write = Callable[[bytes], str]
"""The text of a piece of sound, s16le mono 24 kHz."""
_BUFFER = "input_audio_buffer"
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


class Scribe:
    """A transcription session that writes what it is told."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._heard = bytearray()
        self._items = 0

    def answers(self, event: Mapping[str, str]) -> list[str]:
        """The server events that answer a client event about the sound."""
        kind = event["type"].removeprefix(f"{_BUFFER}.")
        if kind == "append":
            self._heard += base64.b64decode(event["audio"])
            return []
        heard = bytes(self._heard)
        self._heard.clear()
        if kind == "clear":
            return [json.dumps({"type": f"{_BUFFER}.cleared", "event_id": "event_scribe"})]
        self._items += 1
        item = {"event_id": "event_scribe", "item_id": f"item_{self._items}"}
        usage = {"type": "duration", "seconds": _ms(heard) / 1_000}
        completed = "conversation.item.input_audio_transcription.completed"
        text = {"content_index": 0, "transcript": self._write(heard), "usage": usage}
        return [
            json.dumps({"type": f"{_BUFFER}.committed", **item}),
            json.dumps({"type": completed, **item, **text}),
        ]


class _Front:
    def __init__(
        self, server_url: str, languages: Collection[str], written: Mapping[str, Write]
    ) -> None:
        self._server_url = server_url
        self._languages = languages
        self._written = written

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Join a session with one of the server."""
        address = self._server_url.removesuffix("/v1") + str(request.rel_url)
        headers = {"Authorization": request.headers.get("Authorization", "")}
        inside = web.WebSocketResponse(max_msg_size=0)
        await inside.prepare(request)
        language = ""
        echo = Echo()
        scribe: Scribe | None = None

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
                    scribe = scribe or self._scribe(event["session"])
                elif scribe is not None and event["type"].startswith(f"{_BUFFER}."):
                    for answer in scribe.answers(event):
                        await inside.send_str(answer)
                    continue
                elif "audio" in event and language in self._languages:
                    for repeated in echo.repeat(base64.b64decode(event["audio"])):
                        await inside.send_str(repeated)
                await outside.send_str(message.data)
        return inside

    def _scribe(self, session: Mapping[str, Any]) -> Scribe | None:
        transcription = session.get("audio", {}).get("input", {}).get("transcription") or {}
        languages = transcription.get("languages", [])
        write = self._written.get(languages[0]) if len(languages) == 1 else None
        return Scribe(write) if write is not None else None


@asynccontextmanager
async def echoing(
    server_url: str, languages: Collection[str], written: Mapping[str, Write]
) -> AsyncIterator[str]:
    """The base URL of a front inside the context.

    Args:
        server_url: of the server.
        languages: whose interpreters repeat.
        written: by language, what a transcriber of that language alone writes.
    """
    application = web.Application()
    front = _Front(server_url, languages, written)
    application.router.add_get("/v1/{path:.*}", front.forward)
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
