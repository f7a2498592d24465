"""The server's side of conversations and transcriptions."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from broadcaster.realtime.protocol.settings import ConversationConfig, TranscriptionConfig
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SessionEvent,
    Usage,
)
from tests.realtime.peer import (
    KEY,
    TranslationServer,
    drop,
)

SPOKEN = "the merger is not announced yet"


CONVERSE = ConversationConfig("Interpret into Polish.", model="my model")


TRANSCRIBE = TranscriptionConfig(commit_after_ms=200, commit_at_most_ms=200)
"""Commits every frame."""


class TalkServer(TranslationServer):
    """The server's side of a conversation or a transcription."""

    async def greet(self) -> dict[str, Any]:
        await self.ws.prepare(self.request)
        await self.send("session.created", session={"id": "sess_1"})
        return await self.read()

    async def go_live(self) -> None:
        update = await self.greet()
        answer = {"id": "sess_1", "expires_at": 1795329600, **update["session"]}
        await self.send("session.updated", session=answer)

    async def asked(self) -> dict[str, Any]:
        """The next response the client asks for."""
        event = await self.read()
        assert event["type"] == "response.create", event
        response = event["response"]
        number = "{segment}_{attempt}".format(**response["metadata"])
        return {"id": f"resp_{number}", "metadata": response["metadata"], "asked": response}

    async def start(self, response: dict[str, Any]) -> None:
        body = {"id": response["id"], "metadata": response["metadata"], "status": "in_progress"}
        await self.send("response.created", response=body)

    async def say(self, response: dict[str, Any]) -> None:
        """Give back the sound it was given, and words."""
        [content] = response["asked"]["input"][0]["content"]
        where = {"response_id": response["id"]}
        await self.send("response.output_audio.delta", delta=content["audio"], **where)
        delta = SPOKEN + response["metadata"]["segment"]
        await self.send("response.output_audio_transcript.delta", delta=delta, **where)

    async def finish(
        self, response: dict[str, Any], status: str = "completed", details: object = None
    ) -> None:
        body = {"id": response["id"], "metadata": response["metadata"]}
        await self.send(
            "response.done", response={**body, "status": status, "status_details": details}
        )

    async def fail(self, response: dict[str, Any], code: str) -> None:
        await self.finish(response, "failed", {"error": {"code": code, "message": SPOKEN + KEY}})

    async def answer(self, response: dict[str, Any]) -> None:
        await self.start(response)
        await self.say(response)
        await self.finish(response)

    async def transcribed(self, kind: str, item: str, **fields: object) -> None:
        name = f"conversation.item.input_audio_transcription.{kind}"
        await self.send(name, item_id=item, content_index=0, **fields)


Script = Callable[[TalkServer], Awaitable[object]]


def acting(script: Script) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        side = TalkServer(request)
        await script(side)
        return side.ws

    return handler


def pcm(segment: int) -> bytes:
    return bytes([segment, 0]) * 240


def results(*segments: int) -> list[SessionEvent]:
    told: list[SessionEvent] = []
    for segment in segments:
        told += [
            AudioDelta(pcm(segment), None, segment),
            OutputText(f"{SPOKEN}{segment}", None, segment),
            SegmentDone(segment, ok=True, reason="", usage=Usage()),
        ]
    return told


async def expire(side: TalkServer) -> None:
    text = "Your session hit the maximum duration of 60 minutes."
    await side.send("error", error={"type": "invalid_request_error", "code": "session_expired"})
    await side.ws.close(code=1001, message=text.encode())


async def run_out_of_credit(side: TalkServer) -> None:
    await side.send("error", error={"type": "insufficient_quota", "message": KEY + SPOKEN})
    await side.read_to_the_end()


async def go_silent(side: TalkServer) -> None:
    await side.read_to_the_end()


TROUBLE = [
    (drop, "session_dropped", True),
    (expire, "session_expired", True),
    (run_out_of_credit, "insufficient_quota", False),
    (go_silent, "server_silent", True),
]
