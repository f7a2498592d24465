"""Conversation and transcription over real sockets, against a server in the test."""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import codes
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.requests import (
    FAILURE_PAUSES_S,
    RATE_LIMIT_PAUSES_S,
    WAITING_SEGMENTS,
)
from broadcaster.realtime.protocol.settings import ConversationConfig, TranscriptionConfig
from broadcaster.realtime.session_events import (
    AudioDelta,
    InputSegment,
    InputText,
    Output,
    OutputText,
    SegmentDone,
    SegmentLost,
    ServerError,
    SessionClosed,
    SessionReady,
    Usage,
)
from broadcaster.realtime.socket.conversation import ConversationConnection, open_conversation
from broadcaster.realtime.socket.transcription import TranscriptionConnection, open_transcription
from tests.realtime.peer import FRAME, KEY, PATIENCE_S, Serve, Session, assert_keyless, drop

SPOKEN = "the merger is not announced yet"
CONVERSE = ConversationConfig("Interpret into Polish.", model="my model")
TRANSCRIBE = TranscriptionConfig(commit_after_ms=None)


@pytest.fixture(autouse=True)
def no_spoken_word_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert SPOKEN not in caplog.text


class Peer(Session):
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


Script = Callable[[Peer], Awaitable[object]]


def acting(script: Script) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        side = Peer(request)
        await script(side)
        return side.ws

    return handler


async def all_of(connection: ConversationConnection | TranscriptionConnection) -> list[Output]:
    async with asyncio.timeout(PATIENCE_S):
        return [output async for output in connection]


def pcm(segment: int) -> bytes:
    return bytes([segment, 0]) * 240


def results(*segments: int) -> list[Output]:
    told: list[Output] = []
    for segment in segments:
        told += [
            AudioDelta(pcm(segment), None, segment),
            OutputText(f"{SPOKEN}{segment}", None, segment),
            SegmentDone(segment, ok=True, reason="", usage=Usage()),
        ]
    return told


async def conversation(
    http: aiohttp.ClientSession,
    serve: Serve,
    script: Script,
    segments: int,
    config: ConversationConfig = CONVERSE,
) -> list[Output]:
    """All outputs of a session that is given some segments and closed."""

    async def and_wait(side: Peer) -> None:
        await side.go_live()
        await script(side)
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(and_wait)), config) as connection:
        for segment in range(1, segments + 1):
            assert connection.interpret(segment, pcm(segment))
        await connection.close(deadline_s=PATIENCE_S)
        assert not connection.interpret(segments + 1, pcm(1))
        told = await all_of(connection)
        assert connection.skipped_events == 0
        assert connection.unfinished() == []
        return told


async def test_an_interpreter_from_hello_to_goodbye(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    seen: dict[str, object] = {}

    async def script(side: Peer) -> None:
        seen["query"] = dict(side.request.query)
        seen["authorization"] = side.request.headers["Authorization"]
        seen["beta"] = side.request.headers.get("OpenAI-Beta")
        update = await side.greet()
        seen["turns"] = update["session"]["audio"]["input"]["turn_detection"]
        await side.send("conversation.created", conversation={"id": "conv_1"})
        await side.send("session.updated", session={})
        await side.answer(await side.asked())
        await side.answer(await side.asked())
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        assert connection.session == SessionReady("sess_1", None)
        reading = asyncio.create_task(all_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now
        assert connection.interpret(1, pcm(1))
        assert connection.interpret(2, pcm(2))
        await connection.close()
        assert await reading == [*results(1, 2), SessionClosed()]
    assert seen == {
        "query": {"model": "my model"},
        "authorization": f"Bearer {KEY}",
        "beta": None,
        "turns": None,
    }


async def test_responses_that_finish_out_of_order(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Peer) -> None:
        first, second = await side.asked(), await side.asked()
        await side.start(first)
        await side.say(first)
        await side.answer(second)
        third = await side.asked()
        await side.answer(third)
        await side.finish(first)

    told = await conversation(http, serve, script, segments=3)
    assert told == [*results(1, 2, 3), SessionClosed()]


async def test_a_failed_segment_is_retried(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        first, second = await side.asked(), await side.asked()
        await side.start(first)
        await side.say(first)
        await side.fail(first, "server_error")
        await side.answer(second)
        again = await side.asked()
        assert again["metadata"] == {"segment": "1", "attempt": "2"}
        assert again["asked"]["input"] == first["asked"]["input"]
        await side.answer(again)

    assert await conversation(http, serve, script, segments=2) == [
        *results(1, 2),
        SessionClosed(),
    ]


async def test_a_segment_that_always_fails_is_lost_and_the_next_is_not(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Peer) -> None:
        for _ in range(len(FAILURE_PAUSES_S) + 2):
            response = await side.asked()
            if response["metadata"]["segment"] == "1":
                await side.fail(response, "server_error")
            else:
                await side.answer(response)

    assert await conversation(http, serve, script, segments=2) == [
        SegmentLost(1, "server_error", Usage()),
        *results(2),
        SessionClosed(),
    ]


@pytest.mark.parametrize(
    ("status", "reason"), [("cancelled", "turn_detected"), ("incomplete", "content_filter")]
)
async def test_cancelled_and_incomplete(
    http: aiohttp.ClientSession, serve: Serve, status: str, reason: str
) -> None:
    async def script(side: Peer) -> None:
        for _ in range(len(FAILURE_PAUSES_S) + 1):
            response = await side.asked()
            await side.start(response)
            await side.say(response)
            await side.finish(response, status, {"type": status, "reason": reason})

    assert await conversation(http, serve, script, segments=1) == [
        *results(1)[:2],
        SegmentDone(1, ok=False, reason=reason, usage=Usage()),
        SessionClosed(),
    ]


async def test_the_rate_limit_is_waited_for(http: aiohttp.ClientSession, serve: Serve) -> None:
    asked_at: list[float] = []

    async def script(side: Peer) -> None:
        for _ in range(2):
            response = await side.asked()
            asked_at.append(asyncio.get_running_loop().time())
            if len(asked_at) == 1:
                await side.fail(response, "inference_rate_limit_exceeded")
            else:
                await side.answer(response)

    told = await conversation(http, serve, script, segments=1)
    assert told == [*results(1), SessionClosed()]
    assert asked_at[1] - asked_at[0] >= RATE_LIMIT_PAUSES_S[0] * 0.99


async def test_a_response_that_never_ends(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        stuck = await side.asked()
        await side.start(stuck)
        assert await side.read() == {"type": "response.cancel", "response_id": stuck["id"]}
        await side.send("error", error={"code": "response_cancel_not_active", "message": SPOKEN})
        await side.answer(await side.asked())

    config = ConversationConfig("Interpret.", response_s=0.2)
    told = await conversation(http, serve, script, 1, config)
    [harmless] = [output for output in told if isinstance(output, ServerError)]
    assert SPOKEN not in harmless.message
    assert [output for output in told if output is not harmless] == [*results(1), SessionClosed()]


async def test_too_many_segments_wait(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        for _ in range(WAITING_SEGMENTS + 2):
            await side.answer(await side.asked())

    told = await conversation(http, serve, script, segments=WAITING_SEGMENTS + 3)
    assert SegmentLost(3, "overflow", Usage()) in told
    done = [output.segment for output in told if isinstance(output, SegmentDone)]
    assert done == [1, 2, *range(4, WAITING_SEGMENTS + 4)]


async def test_one_delta_per_utterance_without_details(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    """A compatible server: an empty greeting, no metadata, unknown events, binary messages."""

    async def script(side: Peer) -> None:
        await side.ws.prepare(side.request)
        await side.ws.send_str('{"type": "session.created"}')
        await side.read()
        await side.ws.send_str('{"type": "session.updated"}')
        await side.asked()
        await side.ws.send_str('{"type": "localai.progress"}')
        await side.ws.send_str("{not json")
        await side.ws.send_str('{"type": "response.created", "response": {"id": "r"}}')
        utterance = base64.b64encode(pcm(1) * 1000).decode()
        await side.send("response.output_audio.delta", response_id="r", delta=utterance)
        await side.ws.send_bytes(b'{"type": "response.done", "response": {"id": "r"}}')
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        connection.interpret(1, pcm(1))
        await connection.close()
        assert await all_of(connection) == [
            AudioDelta(pcm(1) * 1000, None, 1),
            SegmentDone(1, ok=True, reason="", usage=Usage()),
            SessionClosed(),
        ]
        assert connection.skipped_events == 2


async def expire(side: Peer) -> None:
    text = "Your session hit the maximum duration of 60 minutes."
    await side.send("error", error={"type": "invalid_request_error", "code": "session_expired"})
    await side.ws.close(code=1001, message=text.encode())


async def run_out_of_credit(side: Peer) -> None:
    await side.send("error", error={"type": "insufficient_quota", "message": KEY + SPOKEN})
    await side.read_to_the_end()


async def go_silent(side: Peer) -> None:
    await side.read_to_the_end()


TROUBLE = [
    (drop, "session_dropped", True),
    (expire, "session_expired", True),
    (run_out_of_credit, "insufficient_quota", False),
    (go_silent, "server_silent", True),
]


async def end_of(connection: ConversationConnection | TranscriptionConnection) -> InterpreterFailed:
    with pytest.raises(InterpreterFailed) as failed:
        async with asyncio.timeout(PATIENCE_S):
            async for output in connection:
                assert isinstance(output, ServerError), "nothing unfinished is given out"
    with pytest.raises(InterpreterFailed):
        await anext(connection)
    assert_keyless(failed.value)
    assert SPOKEN not in str(failed.value) + failed.value.advice()
    return failed.value


@pytest.mark.parametrize(("trouble", "error", "retryable"), TROUBLE)
async def test_trouble_in_the_middle_of_a_response(
    http: aiohttp.ClientSession, serve: Serve, trouble: Script, error: str, *, retryable: bool
) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        first, _second = await side.asked(), await side.asked()
        if trouble is not go_silent:
            await side.start(first)
            await side.say(first)
        await trouble(side)

    async def recover(side: Peer) -> None:
        await side.go_live()
        for _ in range(3):
            await side.answer(await side.asked())
        await side.read_to_the_end()

    timeouts = Timeouts(silence_s=0.2)
    endpoint = await serve(acting(script))
    async with open_conversation(http, endpoint, CONVERSE, timeouts=timeouts) as connection:
        for segment in (1, 2, 3):
            assert connection.interpret(segment, pcm(segment))
        failure = await end_of(connection)
        assert (failure.error, failure.retryable) == (error, retryable)
        assert not connection.interpret(4, pcm(4))
        await connection.close()
    async with open_conversation(http, await serve(acting(recover)), CONVERSE) as following:
        for unfinished in connection.unfinished():
            assert following.interpret(unfinished.id, unfinished.pcm)
        await following.close()
        assert await all_of(following) == [*results(1, 2, 3), SessionClosed()]


async def test_silence_between_segments_is_none(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        response = await side.asked()
        await side.start(response)
        await asyncio.sleep(1.0)
        await side.answer(response)
        await side.read_to_the_end()

    timeouts = Timeouts(silence_s=0.5)
    endpoint = await serve(acting(script))
    async with open_conversation(http, endpoint, CONVERSE, timeouts=timeouts) as connection:
        connection.interpret(1, pcm(1))
        async with asyncio.timeout(PATIENCE_S):
            assert [await anext(connection) for _ in range(3)] == results(1)


async def test_a_deadline_for_the_last_words(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        await side.start(await side.asked())
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        connection.interpret(1, pcm(1))
        reading = asyncio.create_task(all_of(connection))
        await connection.close(deadline_s=0.2)
        assert await reading == []
        assert [segment.id for segment in connection.unfinished()] == [1]


async def test_closing_with_nothing_to_say(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        reading = asyncio.create_task(all_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; closing ends that
        await connection.close()
        assert await reading == [SessionClosed()]


Opening = Callable[[aiohttp.ClientSession, Endpoint, Timeouts | None], Any]
OPENINGS: list[Opening] = [
    lambda http, endpoint, limits: open_conversation(http, endpoint, CONVERSE, timeouts=limits),
    lambda http, endpoint, limits: open_transcription(http, endpoint, TRANSCRIBE, timeouts=limits),
]


async def failure_of(opening: Any) -> InterpreterFailed:
    with pytest.raises(InterpreterFailed) as failed:
        async with asyncio.timeout(PATIENCE_S), opening:
            pass
    assert_keyless(failed.value)
    return failed.value


@pytest.mark.parametrize("opening", OPENINGS, ids=["conversation", "transcription"])
@pytest.mark.parametrize(
    ("status", "code", "error", "retryable", "retry_after_s"),
    [
        (429, "rate_limit_exceeded", "rate_limit_exceeded", True, 7.0),
        (429, "insufficient_quota", "insufficient_quota", False, None),
        (401, "invalid_api_key", "invalid_api_key", False, None),
        (404, "model_not_found", "model_not_found", False, None),
    ],
)
async def test_handshake_refused(
    http: aiohttp.ClientSession,
    serve: Serve,
    opening: Opening,
    status: int,
    code: str,
    error: str,
    *,
    retryable: bool,
    retry_after_s: float | None,
) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        body = {"error": {"code": code, "message": f"No: {KEY}"}}
        return web.json_response(body, status=status, headers={"Retry-After": "7"})

    failure = await failure_of(opening(http, await serve(refuse), None))
    assert (failure.error, failure.retryable) == (error, retryable)
    assert failure.retry_after_s == retry_after_s


@pytest.mark.parametrize("opening", OPENINGS, ids=["conversation", "transcription"])
async def test_settings_that_are_never_confirmed_or_refused(
    http: aiohttp.ClientSession, serve: Serve, opening: Opening
) -> None:
    async def ignore(side: Peer) -> None:
        await side.greet()
        await side.read_to_the_end()

    async def refuse(side: Peer) -> None:
        await side.greet()
        error = {
            "type": "invalid_request_error",
            "code": "invalid_value",
            "message": f"Invalid: {KEY}",
        }
        param = "session.audio.input.transcription.languages[0]"
        await side.send("error", error={**error, "param": param})
        await side.read_to_the_end()

    async def cannot_load(side: Peer) -> None:
        await side.ws.prepare(side.request)
        await side.send("error", error={"type": "model_load_error", "message": "no such file"})
        await side.read_to_the_end()

    timeouts = Timeouts(configure_s=0.2)
    failure = await failure_of(opening(http, await serve(acting(ignore)), timeouts))
    assert (failure.error, failure.retryable) == ("update_unconfirmed", True)
    failure = await failure_of(opening(http, await serve(acting(refuse)), None))
    assert (failure.error, failure.retryable) == ("unsupported_source_language", False)
    failure = await failure_of(opening(http, await serve(acting(cannot_load)), None))
    assert (failure.error, failure.retryable) == ("model_load_error", False)


async def test_a_transcription_of_two_items(http: aiohttp.ClientSession, serve: Serve) -> None:
    seen: dict[str, object] = {}

    async def script(side: Peer) -> None:
        seen["query"] = dict(side.request.query)
        await side.go_live()
        assert (await side.read())["type"] == "input_audio_buffer.append"
        await side.transcribed("delta", "a", delta="Helo")
        assert (await side.read())["type"] == "input_audio_buffer.commit"
        await side.send("input_audio_buffer.committed", item_id="a", previous_item_id=None)
        for kind in ("append", "append", "commit"):
            assert (await side.read())["type"] == f"input_audio_buffer.{kind}"
        await side.send("input_audio_buffer.committed", item_id="b", previous_item_id="a")
        await side.transcribed("completed", "b", transcript="world", usage={"type": "tokens"})
        usage = {"type": "duration", "seconds": 0.2}
        await side.transcribed("completed", "a", transcript="Hello", usage=usage)
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE) as connection:
        connection.append(FRAME)
        connection.commit()
        assert await anext(connection) == InputText("Helo", None, "a")
        connection.append(FRAME)
        connection.append(FRAME)
        connection.commit()
        assert connection.sent_frames == 3
        await connection.close()
        assert await all_of(connection) == [
            InputSegment("a", "Hello", (), final=True, start_ms=0, end_ms=200, seconds=0.2),
            InputSegment("b", "world", (), final=True, start_ms=200, end_ms=600),
            SessionClosed(),
        ]
        connection.append(FRAME)
        connection.commit()
        assert connection.dropped_frames == 1
    assert seen == {"query": {"intent": "transcription"}}


async def test_a_commit_of_nothing_is_harmless(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        await side.read()
        commit = await side.read()
        error = {"type": "invalid_request_error", "code": codes.COMMIT_EMPTY, "message": SPOKEN}
        await side.send("error", error={**error, "event_id": commit["event_id"]})
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE) as connection:
        connection.append(FRAME)
        connection.commit()
        told = await anext(connection)
        assert isinstance(told, ServerError)
        assert (told.code, told.fatal) == (codes.COMMIT_EMPTY, False)
        assert SPOKEN not in told.message
        await connection.close()
        assert await all_of(connection) == [SessionClosed()]


@pytest.mark.parametrize(("trouble", "error", "retryable"), TROUBLE)
async def test_trouble_in_a_transcription(
    http: aiohttp.ClientSession, serve: Serve, trouble: Script, error: str, *, retryable: bool
) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        await side.read()
        await side.read()
        await trouble(side)

    timeouts = Timeouts(silence_s=0.2)
    endpoint = await serve(acting(script))
    async with open_transcription(http, endpoint, TRANSCRIBE, timeouts=timeouts) as connection:
        connection.append(FRAME)
        connection.commit()
        failure = await end_of(connection)
        assert (failure.error, failure.retryable) == (error, retryable)
        connection.commit()
        connection.append(FRAME)
        assert connection.dropped_frames == 1


async def test_a_transcription_without_an_answer_to_sound_is_none_the_worse(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Peer) -> None:
        await side.go_live()
        await asyncio.sleep(0.3)
        await side.transcribed("delta", "a", delta="at last")
        await side.read_to_the_end()

    endpoint = await serve(acting(script))
    timeouts = Timeouts(silence_s=0.1)
    async with open_transcription(http, endpoint, TRANSCRIBE, timeouts=timeouts) as connection:
        connection.append(FRAME)
        assert await anext(connection) == InputText("at last", None, "a")


@pytest.mark.parametrize(
    ("url", "azure", "base"),
    [
        ("https://api.openai.com/v1", False, "https://api.openai.com/v1"),
        ("wss://api.openai.com", False, "https://api.openai.com/v1"),
        ("ws://localhost:8080/v1/realtime", False, "http://localhost:8080/v1"),
        ("https://host/v1/realtime/translations", False, "https://host/v1"),
        ("https://r.azure.com", True, "https://r.azure.com/openai/v1"),
        ("https://r.azure.com/openai/v1/realtime", True, "https://r.azure.com/openai/v1"),
    ],
)
def test_addresses(url: str, base: str, *, azure: bool) -> None:
    endpoint = Endpoint(url, KEY, azure=azure, model="of translations")
    assert str(endpoint.conversation_url("my model")) == f"{base}/realtime?model=my+model"
    assert str(endpoint.transcription_url()) == f"{base}/realtime?intent=transcription"
