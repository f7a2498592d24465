"""One translation over real sockets, against a server that plays each kind of trouble."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import Timeouts
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
)
from broadcaster.realtime.socket.frame_queue import QUEUE_FRAMES
from broadcaster.realtime.socket.translation import open_translation
from tests.realtime.peer import (
    FRAME,
    KEY,
    Serve,
    TranslationServer,
    drop,
    events_of,
    failure_in,
    into,
    playing,
)
from tests.support.deadline import deadline


async def test_a_session_from_hello_to_goodbye(http: aiohttp.ClientSession, serve: Serve) -> None:
    seen: dict[str, object] = {}

    async def script(side: TranslationServer) -> None:
        seen["authorization"] = side.request.headers["Authorization"]
        seen["beta"] = side.request.headers.get("OpenAI-Beta")
        seen["model"] = side.request.query["model"]
        await side.go_live()
        seen["audio"] = base64.b64decode((await side.read())["audio"])
        await side.send_audio(FRAME)
        await side.send("error", error={"type": "server_error", "message": "hiccup"})
        await side.send("session.output_transcript.delta", delta=" hallo", elapsed_ms=200)
        assert await side.read() == {"type": "session.close"}
        await side.send_audio(FRAME + FRAME)
        await side.send("session.closed")
        await side.read_to_the_end()

    endpoint = await serve(playing(script))
    async with open_translation(http, endpoint, into("pt-BR")) as connection:
        assert connection.session == SessionReady("sess_1", 1795329600)
        connection.append(FRAME)
        heard: list[SessionEvent] = []
        async for event in connection:
            heard.append(event)
            if isinstance(event, OutputText):
                await connection.close()
        assert heard == [
            AudioDelta(FRAME, None),
            ServerError("server_error", "The interpreter server reported an error.", fatal=False),
            OutputText(" hallo", 200),
            AudioDelta(FRAME + FRAME, None),
            SessionClosed(),
        ]
        connection.append(FRAME)
        assert (connection.frames.sent, connection.frames.dropped) == (1, 1)
        await connection.close()
        assert await events_of(connection) == []
    assert seen == {
        "authorization": f"Bearer {KEY}",
        "beta": None,
        "model": wire.DEFAULT_MODEL,
        "audio": FRAME,
    }


async def test_feeding_and_reading_in_two_tasks_and_two_sessions_at_once(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def echo(side: TranslationServer) -> None:
        await side.go_live()
        while (event := await side.read())["type"] != "session.close":
            await side.send_audio(base64.b64decode(event["audio"]))
        await side.send("session.closed")
        await side.read_to_the_end()

    endpoint = await serve(playing(echo))
    frames = [bytes([number]) * wire.FRAME_BYTES for number in range(8)]
    async with (
        deadline(),
        open_translation(http, endpoint, into("de")) as old,
        asyncio.TaskGroup() as tasks,
    ):
        drained = tasks.create_task(events_of(old))
        for frame in frames[:4]:
            old.append(frame)
        async with open_translation(http, endpoint, into("de")) as new:
            followed = tasks.create_task(events_of(new))
            for frame in frames[4:]:
                new.append(frame)
            await old.close()
            await drained
            await new.close()
            await followed
    heard = [*drained.result(), *followed.result()]
    assert [event.pcm for event in heard if isinstance(event, AudioDelta)] == frames
    assert heard.count(SessionClosed()) == 2


async def test_binary_messages_and_garbage_are_survived(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        await side.ws.send_str("{not json")
        await side.ws.send_bytes(b"\x00\xff")
        await side.ws.send_str("[]")
        await side.send("session.something.new")
        await side.send("session.output_audio.delta", delta="***")
        await side.ws.send_bytes(b'{"type": "session.output_transcript.delta", "delta": "ja"}')
        await side.read()
        await side.send("session.closed")
        await side.read_to_the_end()

    async with open_translation(http, await serve(playing(script)), into("de")) as connection:
        assert await anext(connection) == OutputText("ja", None)
        assert connection.skipped_events == 5
        await connection.close()
        assert await events_of(connection) == [SessionClosed()]


async def test_what_cannot_be_used_is_counted_and_logged_once(
    http: aiohttp.ClientSession, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        for _ in range(50):
            await side.send("session.output_audio.delta", delta="***")
            await side.send("session.output_transcript.delta", delta=7)
        await side.send_audio(FRAME)
        await side.read()
        await side.send("session.closed")
        await side.read_to_the_end()

    endpoint = await serve(playing(script))
    for _ in range(2):
        async with open_translation(http, endpoint, into("de")) as connection:
            assert await anext(connection) == AudioDelta(FRAME, None)
            assert connection.unusable_events == 100
            await connection.close()
            assert await events_of(connection) == [SessionClosed()]
    lines = [line.getMessage() for line in caplog.records if line.name == "broadcaster.realtime"]
    assert len(lines) == 2
    assert all("sound that cannot be decoded" in line and "***" not in line for line in lines)


async def expire(side: TranslationServer) -> None:
    text = "Your session hit the maximum duration of 60 minutes."
    await side.ws.close(code=1001, message=text.encode())


async def expire_with_event(side: TranslationServer) -> None:
    await side.send("error", error={"type": "invalid_request_error", "code": "session_expired"})
    await expire(side)


async def run_out_of_credit(side: TranslationServer) -> None:
    await side.send("error", error={"type": "insufficient_quota", "message": KEY})
    await side.read_to_the_end()


async def say_goodbye_unasked(side: TranslationServer) -> None:
    await side.send("session.closed")
    await side.read_to_the_end()


@pytest.mark.parametrize(
    ("trouble", "error", "retryable"),
    [
        (drop, "session_dropped", True),
        (expire, "session_expired", True),
        (expire_with_event, "session_expired", True),
        (run_out_of_credit, "insufficient_quota", False),
        (say_goodbye_unasked, "session_closed", True),
    ],
)
async def test_trouble_in_a_live_session(
    http: aiohttp.ClientSession,
    serve: Serve,
    trouble: Callable[[TranslationServer], Awaitable[None]],
    error: str,
    retryable: bool,  # noqa: FBT001
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        await side.send_audio(FRAME)
        await side.read()
        await trouble(side)

    async with open_translation(http, await serve(playing(script)), into("de")) as connection:
        assert await anext(connection) == AudioDelta(FRAME, None)
        connection.append(FRAME)
        failure = await failure_in(connection)
        assert (failure.error, failure.retryable) == (error, retryable)
        connection.append(FRAME)
        assert connection.frames.dropped == 1
        await connection.close()


async def listen_silently(side: TranslationServer) -> None:
    await side.go_live()
    await side.read_to_the_end()


async def test_silence_while_sending_is_a_failure(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(
        http, endpoint, into("de"), timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        reading = asyncio.create_task(failure_in(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; sending sets one
        connection.append(FRAME)
        failure = await reading
        assert (failure.error, failure.retryable) == ("server_silent", True)


async def test_silence_without_sending_is_not_a_failure(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        await asyncio.sleep(0.3)
        await side.send_audio(FRAME)
        await side.read_to_the_end()

    endpoint = await serve(playing(script))
    async with open_translation(
        http, endpoint, into("de"), timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        assert await anext(connection) == AudioDelta(FRAME, None)


async def test_the_queue_drops_its_oldest_frames(http: aiohttp.ClientSession, serve: Serve) -> None:
    heard: list[int] = []

    async def script(side: TranslationServer) -> None:
        await side.go_live()
        while (event := await side.read())["type"] != "session.close":
            heard.append(base64.b64decode(event["audio"])[0])
        await side.send("session.closed")
        await side.read_to_the_end()

    async with open_translation(http, await serve(playing(script)), into("de")) as connection:
        for number in range(QUEUE_FRAMES + 5):  # without a wait: the writer has no chance
            connection.append(bytes([number]) * wire.FRAME_BYTES)
        assert connection.frames.dropped == 5
        await connection.close()
        assert await events_of(connection) == [SessionClosed()]
        assert connection.frames.sent == QUEUE_FRAMES
    assert heard == list(range(5, QUEUE_FRAMES + 5))


async def test_a_server_that_does_not_read_does_not_block_the_booth(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        side.request.protocol.pause_reading()
        await released.wait()
        await drop(side)

    released = asyncio.Event()
    endpoint = await serve(playing(script))
    async with open_translation(
        http, endpoint, into("de"), timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        async with deadline():
            while not connection.frames.dropped:
                connection.append(FRAME)
                await asyncio.sleep(0)
            await connection.close(deadline_s=0.1)
        assert await events_of(connection) == []
        released.set()


@pytest.mark.parametrize("length", [0, 2, wire.FRAME_BYTES - 2, wire.FRAME_BYTES * 2])
async def test_frames_have_one_size(http: aiohttp.ClientSession, serve: Serve, length: int) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(http, endpoint, into("de")) as connection:
        with pytest.raises(ValueError, match="9600"):
            connection.append(bytes(length))


async def test_a_goodbye_that_never_comes(http: aiohttp.ClientSession, serve: Serve) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(http, endpoint, into("de")) as connection:
        reading = asyncio.create_task(events_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; closing sets one
        await connection.close(deadline_s=0.1)
        assert await reading == []


async def test_a_drop_after_close_is_a_drop(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        await side.read()
        await drop(side)

    async with open_translation(http, await serve(playing(script)), into("de")) as connection:
        await connection.close()
        with pytest.raises(InterpreterFailed) as raised:
            await events_of(connection)
        assert raised.value.retryable
        assert not connection.complete


async def test_a_normal_close_after_close_is_an_end(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.go_live()
        await side.read()
        await side.ws.close()

    async with open_translation(http, await serve(playing(script)), into("de")) as connection:
        await connection.close()
        assert await events_of(connection) == []
        assert not connection.complete


async def test_leaving_early_is_clean(http: aiohttp.ClientSession, serve: Serve) -> None:
    endpoint = await serve(playing(listen_silently))

    async def stumble() -> None:
        async with open_translation(http, endpoint, into("de")) as connection:
            connection.append(FRAME)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    assert not http.closed
