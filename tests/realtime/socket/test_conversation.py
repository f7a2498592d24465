"""Interpreter conversations over real sockets, against a server that plays each kind of trouble."""

import asyncio
import base64

import aiohttp
import pytest

from broadcaster.realtime.endpoint import Timeouts
from broadcaster.realtime.protocol.requests import FAILURE_PAUSES_S, WAITING_SEGMENTS
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.session_events import (
    AudioDelta,
    SegmentDone,
    SegmentLost,
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
    Usage,
)
from broadcaster.realtime.socket.conversation import open_conversation
from tests.realtime.peer import (
    KEY,
    Serve,
    events_of,
    failure_in,
)
from tests.realtime.talk_server import (
    CONVERSE,
    SPOKEN,
    TROUBLE,
    Script,
    TalkServer,
    acting,
    go_silent,
    pcm,
    results,
)
from tests.support.deadline import deadline, deadline_s


async def conversation(
    http: aiohttp.ClientSession,
    serve: Serve,
    script: Script,
    segments: int,
    config: ConversationConfig = CONVERSE,
) -> list[SessionEvent]:
    """All outputs of a session that is given some segments and closed."""

    async def and_wait(side: TalkServer) -> None:
        await side.go_live()
        await script(side)
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(and_wait)), config) as connection:
        for segment in range(1, segments + 1):
            assert connection.interpret(segment, pcm(segment))
        await connection.close(deadline_s=deadline_s())
        assert not connection.interpret(segments + 1, pcm(1))
        told = await events_of(connection)
        assert connection.skipped_events == 0
        return told


async def test_an_interpreter_from_hello_to_goodbye(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    seen: dict[str, object] = {}

    async def script(side: TalkServer) -> None:
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
        reading = asyncio.create_task(events_of(connection))
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
    async def script(side: TalkServer) -> None:
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
    async def script(side: TalkServer) -> None:
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
    async def script(side: TalkServer) -> None:
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
    async def script(side: TalkServer) -> None:
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


async def test_a_rate_limited_segment_is_retried(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        await side.fail(await side.asked(), "inference_rate_limit_exceeded")
        await side.answer(await side.asked())

    told = await conversation(http, serve, script, segments=1)
    assert told == [*results(1), SessionClosed()]


async def test_a_response_that_never_ends(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        stuck = await side.asked()
        await side.start(stuck)
        assert await side.read() == {"type": "response.cancel", "response_id": stuck["id"]}
        await side.send("error", error={"code": "response_cancel_not_active", "message": SPOKEN})
        await side.answer(await side.asked())

    config = ConversationConfig("Interpret.", response_s=0.2)
    told = await conversation(http, serve, script, 1, config)
    [harmless] = [event for event in told if isinstance(event, ServerError)]
    assert SPOKEN not in harmless.message
    assert [event for event in told if event is not harmless] == [*results(1), SessionClosed()]


async def test_too_many_segments_wait(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        for _ in range(WAITING_SEGMENTS + 2):
            await side.answer(await side.asked())

    told = await conversation(http, serve, script, segments=WAITING_SEGMENTS + 3)
    assert SegmentLost(3, "overflow", Usage()) in told
    done = [event.segment for event in told if isinstance(event, SegmentDone)]
    assert done == [1, 2, *range(4, WAITING_SEGMENTS + 4)]


async def test_one_delta_per_utterance_without_details(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    """A compatible server: an empty greeting, no metadata, unknown events, binary messages."""

    async def script(side: TalkServer) -> None:
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
        assert await events_of(connection) == [
            AudioDelta(pcm(1) * 1000, None, 1),
            SegmentDone(1, ok=True, reason="", usage=Usage()),
            SessionClosed(),
        ]
        assert connection.skipped_events == 2


@pytest.mark.parametrize(("trouble", "error", "retryable"), TROUBLE)
async def test_trouble_in_the_middle_of_a_response(
    http: aiohttp.ClientSession, serve: Serve, trouble: Script, error: str, *, retryable: bool
) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        first, _second = await side.asked(), await side.asked()
        if trouble is not go_silent:
            await side.start(first)
            await side.say(first)
        await trouble(side)

    async def recover(side: TalkServer) -> None:
        await side.go_live()
        for _ in range(3):
            await side.answer(await side.asked())
        await side.read_to_the_end()

    timeouts = Timeouts(silence_s=0.2)
    endpoint = await serve(acting(script))
    async with open_conversation(http, endpoint, CONVERSE, timeouts=timeouts) as connection:
        for segment in (1, 2, 3):
            assert connection.interpret(segment, pcm(segment))
        failure = await failure_in(connection)
        assert SPOKEN not in str(failure) + failure.advice()
        assert (failure.error, failure.retryable) == (error, retryable)
        assert not connection.interpret(4, pcm(4))
        await connection.close()
    async with open_conversation(http, await serve(acting(recover)), CONVERSE) as following:
        for segment in (1, 2, 3):
            assert following.interpret(segment, pcm(segment))
        await following.close()
        assert await events_of(following) == [*results(1, 2, 3), SessionClosed()]


async def test_a_pause_between_segments_is_not_a_failure(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TalkServer) -> None:
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
        async with deadline():
            assert [await anext(connection) for _ in range(3)] == results(1)


async def test_a_deadline_for_the_last_words(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        await side.start(await side.asked())
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        connection.interpret(1, pcm(1))
        reading = asyncio.create_task(events_of(connection))
        await connection.close(deadline_s=0.2)
        assert await reading == []


async def test_closing_with_nothing_to_say(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TalkServer) -> None:
        await side.go_live()
        await side.read_to_the_end()

    async with open_conversation(http, await serve(acting(script)), CONVERSE) as connection:
        reading = asyncio.create_task(events_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; closing ends that
        await connection.close()
        assert await reading == [SessionClosed()]
