"""An invented provider that wants everything that OpenAI does not, and its server."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.protocol.translation import Dialect, TranslationProtocol
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.providers.provider import Provider

SUBPROTOCOL = "interpreter.invented.v2"
KEY_SUBPROTOCOL = "key.invented."
VOICES = {"pt-BR": "Ana", "pt-PT": "Rui", "es": "Eva"}
LANGUAGES = OfferedLanguages(spoken=tuple(VOICES), written=("cy",))
TONES = {"Ana": b"\x01\x00", "Rui": b"\x02\x00", "Eva": b"\x03\x00"}
"""The sample that each voice says all the time."""


def _settings(config: ContinuousConfig) -> Mapping[str, object]:
    target = LANGUAGES.sent_tag(config.target)
    return {
        "model": config.model,
        "from": config.source,
        "to": target,
        "voice": config.voice or VOICES[target],
        "phrases": dict(config.phrases),
        "rate": 16_000,
    }


DIALECT = Dialect(
    settings=_settings,
    confirms=lambda session, config: session.get("to") == LANGUAGES.sent_tag(config.target),
    speaks_first=True,
    input_hz=16_000,
    append="audio.push",
    close="session.stop",
    names={
        "voice.delta": wire.OUTPUT_AUDIO_DELTA,
        "text.delta": wire.OUTPUT_TRANSCRIPT_DELTA,
        "session.stopped": wire.SESSION_CLOSED,
    },
    ending="session.going_away",
    time_left=lambda event: float(str(event["seconds"])),
)
INVENTED = Provider(
    id="invented",
    name="Invented Interpreters",
    api=RealtimeApi(
        url="wss://interpreter.invented.example/v2",
        translations_path="/live",
        key_header="X-Invented-Key",
        key_prefix="",
        subprotocols=(SUBPROTOCOL,),
    ),
    hosts=(".invented.example",),
    languages=LANGUAGES,
    translation=lambda config, _now: TranslationProtocol(config, DIALECT),
    translate_model="interpreter-2",
    converse_model=None,
    transcribe_model=None,
    prices=Prices(translate_per_min=0.05),
    session_s=600.0,
    most_sessions=2,
    needs_source=True,
    continuous_glossary=True,
    continuous_voice=True,
    voices=tuple(VOICES.values()),
    untried=True,
)


class InventedServer:
    """A server that refuses everything but what its provider's file promises.

    Attributes:
        refused: why a client was refused.
        settings: of each session.
        heard_samples: of each session, at 16 kHz.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self.refused: list[str] = []
        self.settings: list[dict[str, Any]] = []
        self.heard_samples: list[int] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if request.path != "/v2/live" or request.query != {"model": "interpreter-2"}:
            return self._refuse(404, f"address {request.rel_url}")
        ways = (request.headers.get("X-Invented-Key", ""), offered)
        shown = ("", f"{SUBPROTOCOL},{KEY_SUBPROTOCOL}{self._key}")
        if ways not in ((self._key, SUBPROTOCOL), shown) or "Authorization" in request.headers:
            return self._refuse(401, "key or subprotocol")
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await socket.prepare(request)
        with suppress(Exception):
            await self._interpret(socket)
        return socket

    def _refuse(self, status: int, why: str) -> web.Response:
        self.refused.append(why)
        return web.json_response({"error": {"message": why}}, status=status)

    async def _interpret(self, socket: web.WebSocketResponse) -> None:
        event = json.loads((await socket.receive()).data)
        wanted = event.get("session", {})
        fields = {"model", "from", "to", "voice", "phrases", "rate"}
        good = event["type"] == "session.update" and wanted.keys() == fields
        if not good or wanted["from"] is None or wanted["to"] not in (*VOICES, "cy"):
            self.refused.append(f"settings {event}")
            await socket.send_json({"type": "error", "error": {"type": "invalid_request_error"}})
            return
        number = len(self.settings)
        self.settings.append(wanted)
        self.heard_samples.append(0)
        await socket.send_json({"type": "session.created", "session": {"id": f"s{number}"}})
        await socket.send_json({"type": "session.updated", "session": {**wanted, "id": "s"}})
        await socket.send_json({"type": "session.going_away", "seconds": 30})
        async for message in socket:
            event = json.loads(message.data)
            if event["type"] == "session.stop":
                await socket.send_json({"type": "session.stopped"})
                break
            if event["type"] != "audio.push":
                self.refused.append(f"event {event['type']}")
                break
            pcm = base64.b64decode(event["audio"])
            self.heard_samples[number] += len(pcm) // 2
            said = TONES.get(wanted["voice"], b"\x04\x00") * 480
            await socket.send_json({"type": "text.delta", "delta": f" {wanted['to']}"})
            sound = base64.b64encode(said).decode()
            await socket.send_json({"type": "voice.delta", "delta": sound})
