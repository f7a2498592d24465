"""A Realtime server that only measures: when sound arrived, and when sound was sent."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from tests.support.web import on_loopback


class Probe:
    """Sessions are accepted at once; what is appended is kept with its time of arrival."""

    def __init__(self) -> None:
        self.appended: list[tuple[float, bytes]] = []
        self.sent: list[tuple[float, bytes]] = []
        self._sockets: set[web.WebSocketResponse] = set()
        self.connected = asyncio.Event()

    async def say(self, pcm: bytes) -> None:
        """Send one delta to every session and keep the moment."""
        delta = {
            "type": "session.output_audio.delta",
            "event_id": f"e{len(self.sent)}",
            "delta": base64.b64encode(pcm).decode(),
            "elapsed_ms": 200 * len(self.sent),
        }
        self.sent.append((time.time(), pcm))
        for socket in self._sockets:
            await socket.send_json(delta)

    async def session(self, request: web.Request) -> web.WebSocketResponse:
        """One session."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session = {
            "id": "probe",
            "type": "translation",
            "model": request.query["model"],
            "expires_at": int(time.time()) + 3600,
            "audio": {"output": {"language": "es"}},
        }
        await socket.send_json({"type": "session.created", "event_id": "c", "session": session})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            match event["type"]:
                case "session.update":
                    session["audio"] = event["session"]["audio"]
                    self._sockets.add(socket)
                    self.connected.set()
                    await socket.send_json(
                        {"type": "session.updated", "event_id": "u", "session": session}
                    )
                case "session.input_audio_buffer.append":
                    self.appended.append((time.time(), base64.b64decode(event["audio"])))
                    if len(self.appended) % 10 == 0:
                        await self._filler(socket)
                case "session.close":
                    await socket.send_json({"type": "session.closed", "event_id": "x"})
        self._sockets.discard(socket)
        return socket

    async def _filler(self, socket: web.WebSocketResponse) -> None:
        silence = base64.b64encode(bytes(19_200)).decode()
        await socket.send_json(
            {"type": "session.output_audio.delta", "event_id": "f", "delta": silence}
        )


@asynccontextmanager
async def probing() -> AsyncIterator[tuple[Probe, str]]:
    """A probe and its base URL."""
    probe = Probe()
    application = web.Application()
    application.router.add_get("/v1/realtime/translations", probe.session)
    async with on_loopback(application) as url:
        yield probe, f"{url}/v1"
