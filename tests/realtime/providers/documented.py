"""Servers of Qwen LiveTranslate and of Gemini Live Translate, made from their published documents.

They refuse what the documents do not have. Each says two utterances for each second that it hears.
"""

import base64
import json
from typing import Any

from aiohttp import web

SOUND = base64.b64encode(b"\x05\x00" * 2_400).decode()
UTTERANCES = (("Hola", " a todos."), ("Bien", "venidos."))
"""The answer of both: each utterance in two pieces, without a space between the utterances."""


class QwenServer:
    """The generation 3.8.

    Attributes:
        refused: what the documents do not have.
        sessions: settings of each session.
        samples: heard by all sessions.
    """

    path = "/api-ws/v1/realtime"

    def __init__(self, key: str) -> None:
        self._key = key
        self.refused: list[str] = []
        self.sessions: list[dict[str, Any]] = []
        self.samples = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self._key}":
            return web.json_response({"message": "Invalid API-key provided."}, status=401)
        if request.query != {"model": "qwen3.8-livetranslate-flash-realtime"}:
            self.refused.append(str(request.rel_url))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        first = {"id": "sess_1", "translation": {"language": "en"}}
        await socket.send_json({"type": "session.created", "session": first})
        async for message in socket:
            event = json.loads(message.data)
            match event:
                case {"type": "session.update", "session": session}:
                    await self._update(socket, session)
                case {"type": "input_audio_buffer.append", "audio": audio}:
                    self.samples += len(base64.b64decode(audio)) // 2
                case {"type": "session.finish"}:
                    await self._interpret(socket)
                    await socket.send_json({"type": "session.finished"})
                case _:
                    self.refused.append(message.data)
        return socket

    async def _update(self, socket: web.WebSocketResponse, session: dict[str, Any]) -> None:
        fields = {"output_modalities", "translation", "audio", "input_audio_transcription"}
        if not session.keys() <= fields or session["output_modalities"] != ["text", "audio"]:
            self.refused.append(json.dumps(session))
        self.sessions.append(session)
        await socket.send_json({"type": "session.updated", "session": {"id": "sess_1", **session}})

    async def _interpret(self, socket: web.WebSocketResponse) -> None:
        for number, pieces in enumerate(UTTERANCES):
            one = {"response_id": f"resp_{number}", "item_id": f"item_{number}"}
            created = {"type": "response.created", "response": {"id": one["response_id"]}}
            await socket.send_json(created)
            for text in pieces:
                delta = {"type": "response.audio_transcript.delta", "delta": text}
                await socket.send_json({**delta, **one})
            await socket.send_json({"type": "response.audio.delta", "delta": SOUND, **one})
            await socket.send_json({"type": "response.audio.done", **one})
            whole = {"type": "response.audio_transcript.done", "transcript": "".join(pieces)}
            await socket.send_json({**whole, **one})
            done = {"id": one["response_id"], "status": "completed", "usage": {}}
            await socket.send_json({"type": "response.done", "response": done})


class GeminiServer:
    """The Live API with the translation model; attributes as in `QwenServer`."""

    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"

    def __init__(self, key: str) -> None:
        self._key = key
        self.refused: list[str] = []
        self.sessions: list[dict[str, Any]] = []
        self.samples = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if request.headers.get("x-goog-api-key") != self._key or request.query:
            await socket.close(code=1007, message=b"API key not valid. Please pass a valid key.")
            return socket
        async for message in socket:
            event = json.loads(message.data)
            match event:
                case {"setup": setup} if not self.sessions:
                    self._check(setup)
                    self.sessions.append(setup)
                    await socket.send_bytes(b'{"setupComplete": {}}')
                    await socket.send_json({"goAway": {"timeLeft": "42.5s"}})
                case {"realtimeInput": {"audio": audio}} if self.sessions:
                    if audio["mimeType"] != "audio/pcm;rate=16000":
                        self.refused.append(audio["mimeType"])
                    self.samples += len(base64.b64decode(audio["data"])) // 2
                case {"realtimeInput": {"audioStreamEnd": True}} if self.sessions:
                    await self._interpret(socket)
                case _:
                    self.refused.append(message.data)
                    await socket.close(code=1007, message=b"Unknown name")
        return socket

    def _check(self, setup: dict[str, Any]) -> None:
        inner = setup["generationConfig"]
        fields = {
            "model",
            "generationConfig",
            "inputAudioTranscription",
            "outputAudioTranscription",
        }
        good = setup.keys() == fields and inner["responseModalities"] == ["AUDIO"]
        if not good or inner.keys() != {"responseModalities", "translationConfig"}:
            self.refused.append(json.dumps(setup))

    async def _interpret(self, socket: web.WebSocketResponse) -> None:
        """Say everything in one stream, without an end: the model does not tell when it is done."""
        await socket.send_json({"usageMetadata": {"totalTokenCount": 7}})
        texts = (*UTTERANCES[0], " Bien", "venidos.")
        for text in texts:
            said = {"outputTranscription": {"text": text, "languageCode": "es"}}
            await socket.send_json({"serverContent": said})
        part = {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": SOUND}}
        for _ in UTTERANCES:
            await socket.send_json({"serverContent": {"modelTurn": {"parts": [part]}}})
