"""An interpreter that costs next to nothing: it repeats a recording while somebody speaks.

It takes the place of the rehearsal server where time passes faster than that can recognise speech.
Translations alone are served.
"""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count, cycle

import numpy as np
from aiohttp import WSMsgType, web

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from tests.support.web import on_loopback

LIFETIME_S = 1_800
"""After this long a session must be replaced, as OpenAI's."""
_PIECE_MS = 420
"""Sound for each 400 ms of speech: the interpreter is slower, and the channel has to catch up."""
_AUDIBLE_RMS = 200.0
_WORDS = (
    *("el", "agua", "llega", "a", "cada", "casa", "porque", "todos", "cuidan", "del", "río", "y"),
    *("de", "sus", "orillas", "cada", "día"),
)


def pieces() -> list[str]:
    """The talk in pieces as they are sent."""
    pcm = b"".join(read_pcm(talk.load().audio_path))
    size = _PIECE_MS * 48
    return [
        base64.b64encode(pcm[at : at + size]).decode() for at in range(0, len(pcm) - size, size)
    ]


class RepeatingSession:
    """Speaks a piece for every two loud blocks of sound, and ends a sentence in each pause."""

    def __init__(self, recording: list[str]) -> None:
        self._recording = cycle(recording)
        self._words = cycle(_WORDS)
        self._blocks = self._loud = self._quiet = 0

    def hear(self, pcm: bytes) -> list[dict[str, object]]:
        """The events that follow a block of sound."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float32)
        audible = float(np.sqrt(np.mean(samples**2))) > _AUDIBLE_RMS
        self._blocks += 1
        if not audible:
            self._quiet += 1
            return [self._text(".")] if self._quiet == 2 else []
        self._quiet = 0
        self._loud += 1
        if self._loud % 2:
            return []
        sound = {"type": "session.output_audio.delta", "delta": next(self._recording)}
        return [self._text(f" {next(self._words)}"), {**sound, "elapsed_ms": 200 * self._blocks}]

    def _text(self, text: str) -> dict[str, object]:
        kind = "session.output_transcript.delta"
        return {"type": kind, "delta": text, "elapsed_ms": 200 * self._blocks}


class RepeatingServer:
    """Serves `RepeatingSession`s as a Realtime translation server does."""

    def __init__(self, now_s: Callable[[], int]) -> None:
        self._now_s = now_s
        self._recording = pieces()
        self._numbers = count()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session = {
            "id": f"session-{next(self._numbers)}",
            "type": "translation",
            "model": request.query["model"],
            "expires_at": self._now_s() + LIFETIME_S,
            "audio": {},
        }
        await socket.send_json({"type": "session.created", "session": session})
        repeating = RepeatingSession(self._recording)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            match event["type"]:
                case "session.update":
                    updated = {**session, "audio": event["session"]["audio"]}
                    await socket.send_json({"type": "session.updated", "session": updated})
                case "session.input_audio_buffer.append":
                    for answer in repeating.hear(base64.b64decode(event["audio"])):
                        await socket.send_json(answer)
                case "session.close":
                    await socket.send_json({"type": "session.closed"})
        return socket


@asynccontextmanager
async def interpreting(now_s: Callable[[], int]) -> AsyncIterator[str]:
    """Serve inside the context; yields the base URL.

    Args:
        now_s: Unix time.
    """
    application = web.Application()
    application.router.add_get("/v1/realtime/translations", RepeatingServer(now_s).handle)
    async with on_loopback(application) as url:
        yield f"{url}/v1"
