"""Transcriptions over real sockets, against a server that plays each kind of trouble."""

import asyncio

import aiohttp
import pytest

from broadcaster.realtime import codes
from broadcaster.realtime.endpoint import Timeouts
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.session_events import (
    InputSegment,
    InputText,
    ServerError,
    SessionClosed,
)
from broadcaster.realtime.socket.transcription import open_transcription
from tests.realtime.peer import (
    FRAME,
    Serve,
    events_of,
    failure_in,
)
from tests.realtime.talk_server import (
    SPOKEN,
    TRANSCRIBE,
    TROUBLE,
    Script,
    TalkServer,
    acting,
)


async def test_a_transcription_of_two_items(http: aiohttp.ClientSession, serve: Serve) -> None:
    seen: dict[str, object] = {}

    async def script(side: TalkServer) -> None:
        seen["query"] = dict(side.request.query)
        await side.go_live()
        assert (await side.read())["type"] == "input_audio_buffer.append"
        await side.transcribed("delta", "a", delta="Helo")
        assert (await side.read())["type"] == "input_audio_buffer.commit"
        await side.send("input_audio_buffer.committed", item_id="a", previous_item_id=None)
        for kind in ("append", "commit"):
            assert (await side.read())["type"] == f"input_audio_buffer.{kind}"
        await side.send("input_audio_buffer.committed", item_id="b", previous_item_id="a")
        await side.transcribed("completed", "b", transcript="world", usage={"type": "tokens"})
        usage = {"type": "duration", "seconds": 0.2}
        await side.transcribed("completed", "a", transcript="Hello", usage=usage)
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE) as connection:
        connection.append(FRAME)
        assert await anext(connection) == InputText("Helo", None, "a")
        connection.append(FRAME)
        await connection.close()
        assert connection.frames.sent == 2
        assert await events_of(connection) == [
            InputSegment("a", "Hello", (), final=True, start_ms=0, end_ms=200, seconds=0.2),
            InputSegment("b", "world", (), final=True, start_ms=200, end_ms=400),
            SessionClosed(),
        ]
        connection.append(FRAME)
        assert connection.frames.dropped == 1
    assert seen == {"query": {"intent": "transcription"}}


async def test_a_commit_of_nothing_is_harmless(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        await side.read()
        commit = await side.read()
        error = {"type": "invalid_request_error", "code": codes.COMMIT_EMPTY, "message": SPOKEN}
        await side.send("error", error={**error, "event_id": commit["event_id"]})
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE) as connection:
        connection.append(FRAME)
        told = await anext(connection)
        assert isinstance(told, ServerError)
        assert (told.code, told.fatal) == (codes.COMMIT_EMPTY, False)
        assert SPOKEN not in told.message
        await connection.close()
        assert await events_of(connection) == [SessionClosed()]


@pytest.mark.parametrize(("trouble", "error", "retryable"), TROUBLE)
async def test_trouble_in_a_transcription(
    http: aiohttp.ClientSession, serve: Serve, trouble: Script, error: str, *, retryable: bool
) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        await side.read()
        await side.read()
        await trouble(side)

    timeouts = Timeouts(silence_s=0.2)
    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE, timeouts=timeouts) as connection:
        connection.append(FRAME)
        failure = await failure_in(connection)
        assert SPOKEN not in str(failure) + failure.advice()
        assert (failure.error, failure.retryable) == (error, retryable)
        connection.append(FRAME)
        assert connection.frames.dropped == 1


async def test_a_transcription_need_not_answer_sound(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        await asyncio.sleep(0.3)
        await side.transcribed("delta", "a", delta="at last")
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    timeouts, uncommitted = Timeouts(silence_s=0.1), TranscriptionConfig()
    async with open_transcription(http, endpoint, uncommitted, timeouts=timeouts) as connection:
        connection.append(FRAME)
        assert await anext(connection) == InputText("at last", None, "a")
