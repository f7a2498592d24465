"""One session over real sockets, against a server in the test that plays each kind of trouble."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.session_events import (
    AudioDelta,
    Output,
    OutputText,
    ServerError,
    SessionClosed,
    SessionReady,
)
from broadcaster.realtime.socket.audio_link import QUEUE_FRAMES
from broadcaster.realtime.socket.translation import TranslationConnection, open_translation
from tests.realtime.peer import (
    FRAME,
    KEY,
    PATIENCE_S,
    Serve,
    Session,
    assert_keyless,
    drop,
    playing,
    session,
)


async def outputs_of(connection: TranslationConnection) -> list[Output]:
    async with asyncio.timeout(PATIENCE_S):
        return [output async for output in connection]


async def failure_of(
    http: aiohttp.ClientSession, endpoint: Endpoint, timeouts: Timeouts | None = None
) -> InterpreterFailed:
    """How opening fails; nothing of what is raised may show the key."""
    with pytest.raises(InterpreterFailed) as failed:
        async with (
            asyncio.timeout(PATIENCE_S),
            open_translation(http, endpoint, "de", timeouts=timeouts),
        ):
            pass
    assert_keyless(failed.value)
    return failed.value


async def test_a_session_from_hello_to_goodbye(http: aiohttp.ClientSession, serve: Serve) -> None:
    seen: dict[str, object] = {}

    async def script(side: Session) -> None:
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
    async with open_translation(http, endpoint, "pt-BR") as connection:
        assert connection.session == SessionReady("sess_1", 1795329600)
        connection.append(FRAME)
        heard: list[Output] = []
        async for output in connection:
            heard.append(output)
            if isinstance(output, OutputText):
                await connection.close()
        assert heard == [
            AudioDelta(FRAME, None),
            ServerError("server_error", "The interpreter server reported an error.", fatal=False),
            OutputText(" hallo", 200),
            AudioDelta(FRAME + FRAME, None),
            SessionClosed(),
        ]
        connection.append(FRAME)
        assert (connection.sent_frames, connection.dropped_frames) == (1, 1)
        await connection.close()
        assert await outputs_of(connection) == []
    assert seen == {
        "authorization": f"Bearer {KEY}",
        "beta": None,
        "model": wire.DEFAULT_MODEL,
        "audio": FRAME,
    }


async def test_feeding_and_reading_in_two_tasks_and_two_sessions_at_once(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def echo(side: Session) -> None:
        await side.go_live()
        while (event := await side.read())["type"] != "session.close":
            await side.send_audio(base64.b64decode(event["audio"]))
        await side.send("session.closed")
        await side.read_to_the_end()

    endpoint = await serve(playing(echo))
    frames = [bytes([number]) * wire.FRAME_BYTES for number in range(8)]
    async with (
        asyncio.timeout(PATIENCE_S),
        open_translation(http, endpoint, "de") as old,
        asyncio.TaskGroup() as tasks,
    ):
        drained = tasks.create_task(outputs_of(old))
        for frame in frames[:4]:
            old.append(frame)
        async with open_translation(http, endpoint, "de") as new:
            followed = tasks.create_task(outputs_of(new))
            for frame in frames[4:]:
                new.append(frame)
            await old.close()
            await drained
            await new.close()
            await followed
    heard = [*drained.result(), *followed.result()]
    assert [output.pcm for output in heard if isinstance(output, AudioDelta)] == frames
    assert heard.count(SessionClosed()) == 2


async def test_binary_messages_and_garbage_are_survived(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Session) -> None:
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

    async with open_translation(http, await serve(playing(script)), "de") as connection:
        assert await anext(connection) == OutputText("ja", None)
        assert connection.skipped_events == 5
        await connection.close()
        assert await outputs_of(connection) == [SessionClosed()]


@pytest.mark.parametrize("language", [None, "es"], ids=["no answer", "another language"])
async def test_update_never_acknowledged(
    http: aiohttp.ClientSession, serve: Serve, language: str | None
) -> None:
    async def script(side: Session) -> None:
        await side.greet()
        if language:
            await side.send("session.updated", session=session(language))
        assert await side.read_to_the_end() == []

    timeouts = Timeouts(configure_s=0.2)
    failure = await failure_of(http, await serve(playing(script)), timeouts)
    assert (failure.error, failure.retryable) == ("update_unconfirmed", True)


async def test_a_server_that_says_nothing(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Session) -> None:
        await side.ws.prepare(side.request)
        await side.read_to_the_end()

    failure = await failure_of(http, await serve(playing(script)), Timeouts(connect_s=0.2))
    assert (failure.error, failure.retryable) == ("connect_timeout", True)


async def test_settings_the_server_refuses(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Session) -> None:
        await side.greet()
        error = {
            "type": "invalid_request_error",
            "code": "invalid_value",
            "message": "Invalid value: 'de'.",
            "param": "session.audio.output.language",
        }
        await side.send("error", error=error)
        await side.read_to_the_end()

    failure = await failure_of(http, await serve(playing(script)))
    assert (failure.error, failure.retryable) == ("unsupported_language", False)


@pytest.mark.parametrize(
    ("status", "code", "error", "retryable", "retry_after_s"),
    [
        (400, "invalid_model", "invalid_model", False, None),
        (401, "invalid_api_key", "invalid_api_key", False, None),
        (403, None, "access_denied", False, None),
        (404, None, "not_found", False, None),
        (429, "rate_limit_exceeded", "rate_limit_exceeded", True, 7.0),
        (429, "insufficient_quota", "insufficient_quota", False, None),
        (503, "server_is_overloaded", "server_is_overloaded", True, 7.0),
    ],
)
async def test_handshake_refused(
    http: aiohttp.ClientSession,
    serve: Serve,
    status: int,
    code: str | None,
    error: str,
    retryable: bool,  # noqa: FBT001
    retry_after_s: float | None,
) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        body = {"error": {"code": code, "message": f"No: {KEY}"}}
        return web.json_response(body, status=status, headers={"Retry-After": "7"})

    failure = await failure_of(http, await serve(refuse))
    assert (failure.error, failure.retryable) == (error, retryable)
    assert failure.retry_after_s == retry_after_s


async def test_the_key_does_not_follow_a_redirect(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    visits: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        visits.append(request.path)
        return web.Response()

    other = await serve(elsewhere)

    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(other.translations_url())

    failure = await failure_of(http, await serve(redirect))
    assert (failure.error, failure.retryable) == ("http_302", False)
    assert visits == []


async def test_a_server_that_speaks_no_websocket(http: aiohttp.ClientSession) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: tea\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        failure = await failure_of(http, Endpoint(f"ws://127.0.0.1:{port}", KEY))
    assert (failure.error, failure.retryable) == ("connect_failed", True)


async def test_connection_refused(http: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    failure = await failure_of(http, Endpoint(f"http://127.0.0.1:{unused_tcp_port}", KEY))
    assert (failure.error, failure.retryable) == ("connection_refused", True)


async def test_unknown_host(http: aiohttp.ClientSession) -> None:
    failure = await failure_of(http, Endpoint("https://no-such-host.invalid/v1", KEY))
    assert (failure.error, failure.retryable) == ("host_not_found", True)


async def end_of(connection: TranslationConnection) -> InterpreterFailed:
    with pytest.raises(InterpreterFailed) as failed:
        await outputs_of(connection)
    with pytest.raises(InterpreterFailed) as again:
        await anext(connection)
    assert again.value is failed.value
    assert_keyless(failed.value)
    return failed.value


async def expire(side: Session) -> None:
    text = "Your session hit the maximum duration of 60 minutes."
    await side.ws.close(code=1001, message=text.encode())


async def expire_with_event(side: Session) -> None:
    await side.send("error", error={"type": "invalid_request_error", "code": "session_expired"})
    await expire(side)


async def run_out_of_credit(side: Session) -> None:
    await side.send("error", error={"type": "insufficient_quota", "message": KEY})
    await side.read_to_the_end()


async def say_goodbye_unasked(side: Session) -> None:
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
    trouble: Callable[[Session], Awaitable[None]],
    error: str,
    retryable: bool,  # noqa: FBT001
) -> None:
    async def script(side: Session) -> None:
        await side.go_live()
        await side.send_audio(FRAME)
        await side.read()
        await trouble(side)

    async with open_translation(http, await serve(playing(script)), "de") as connection:
        assert await anext(connection) == AudioDelta(FRAME, None)
        connection.append(FRAME)
        failure = await end_of(connection)
        assert (failure.error, failure.retryable) == (error, retryable)
        connection.append(FRAME)
        assert connection.dropped_frames == 1
        await connection.close()


async def test_a_drop_while_configuring(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Session) -> None:
        await side.greet()
        await drop(side)

    failure = await failure_of(http, await serve(playing(script)))
    assert (failure.error, failure.retryable) == ("session_dropped", True)


async def listen_silently(side: Session) -> None:
    await side.go_live()
    await side.read_to_the_end()


async def test_silence_while_sending_is_a_failure(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(
        http, endpoint, "de", timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        reading = asyncio.create_task(end_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; sending sets one
        connection.append(FRAME)
        failure = await reading
        assert (failure.error, failure.retryable) == ("server_silent", True)


async def test_silence_without_sending_is_none(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Session) -> None:
        await side.go_live()
        await asyncio.sleep(0.3)
        await side.send_audio(FRAME)
        await side.read_to_the_end()

    endpoint = await serve(playing(script))
    async with open_translation(
        http, endpoint, "de", timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        assert await anext(connection) == AudioDelta(FRAME, None)


async def test_the_queue_drops_its_oldest_frames(http: aiohttp.ClientSession, serve: Serve) -> None:
    heard: list[int] = []

    async def script(side: Session) -> None:
        await side.go_live()
        while (event := await side.read())["type"] != "session.close":
            heard.append(base64.b64decode(event["audio"])[0])
        await side.send("session.closed")
        await side.read_to_the_end()

    async with open_translation(http, await serve(playing(script)), "de") as connection:
        for number in range(QUEUE_FRAMES + 5):  # without a wait: the writer has no chance
            connection.append(bytes([number]) * wire.FRAME_BYTES)
        assert connection.dropped_frames == 5
        await connection.close()
        assert await outputs_of(connection) == [SessionClosed()]
        assert connection.sent_frames == QUEUE_FRAMES
    assert heard == list(range(5, QUEUE_FRAMES + 5))


async def test_a_server_that_does_not_read_stops_nobody(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Session) -> None:
        await side.go_live()
        side.request.protocol.pause_reading()
        await released.wait()
        await drop(side)

    released = asyncio.Event()
    endpoint = await serve(playing(script))
    async with open_translation(
        http, endpoint, "de", timeouts=Timeouts(silence_s=0.1)
    ) as connection:
        async with asyncio.timeout(PATIENCE_S):
            while not connection.dropped_frames:
                connection.append(FRAME)
                await asyncio.sleep(0)
            await connection.close(deadline_s=0.1)
        assert await outputs_of(connection) == []
        released.set()


@pytest.mark.parametrize("length", [0, 2, wire.FRAME_BYTES - 2, wire.FRAME_BYTES * 2])
async def test_frames_have_one_size(http: aiohttp.ClientSession, serve: Serve, length: int) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(http, endpoint, "de") as connection:
        with pytest.raises(ValueError, match="9600"):
            connection.append(bytes(length))


async def test_a_goodbye_that_never_comes(http: aiohttp.ClientSession, serve: Serve) -> None:
    endpoint = await serve(playing(listen_silently))
    async with open_translation(http, endpoint, "de") as connection:
        reading = asyncio.create_task(outputs_of(connection))
        await asyncio.sleep(0)  # it waits without a deadline now; closing sets one
        await connection.close(deadline_s=0.1)
        assert await reading == []


async def test_a_drop_after_close_is_a_drop(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: Session) -> None:
        await side.go_live()
        await side.read()
        await drop(side)

    async with open_translation(http, await serve(playing(script)), "de") as connection:
        await connection.close()
        with pytest.raises(InterpreterFailed) as raised:
            await outputs_of(connection)
        assert raised.value.retryable
        assert not connection.complete


async def test_a_normal_close_after_close_is_an_end(
    http: aiohttp.ClientSession, serve: Serve
) -> None:
    async def script(side: Session) -> None:
        await side.go_live()
        await side.read()
        await side.ws.close()

    async with open_translation(http, await serve(playing(script)), "de") as connection:
        await connection.close()
        assert await outputs_of(connection) == []
        assert not connection.complete


async def test_leaving_early_is_clean(http: aiohttp.ClientSession, serve: Serve) -> None:
    endpoint = await serve(playing(listen_silently))

    async def stumble() -> None:
        async with open_translation(http, endpoint, "de") as connection:
            connection.append(FRAME)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    assert not http.closed


async def test_cancelled_while_connecting(http: aiohttp.ClientSession, serve: Serve) -> None:
    arrived = asyncio.Event()

    async def script(side: Session) -> None:
        await side.ws.prepare(side.request)
        arrived.set()
        await side.read_to_the_end()

    endpoint = await serve(playing(script))

    async def connect() -> None:
        async with open_translation(http, endpoint, "de"):
            pass

    connecting = asyncio.create_task(connect())
    await arrived.wait()
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that notes what it is asked for and refuses."""
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_the_environments_proxy_is_used_if_the_owner_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with proxy() as (url, asked):
        monkeypatch.setenv("HTTPS_PROXY", url)
        async with aiohttp.ClientSession(trust_env=True) as trusting:
            failure = await failure_of(trusting, Endpoint("wss://api.invalid/v1", KEY))
    assert (failure.error, failure.retryable) == ("proxy_failed", True)
    assert asked == ["CONNECT api.invalid:443 HTTP/1.1"]


@pytest.mark.parametrize(
    ("url", "azure", "expected"),
    [
        ("https://api.openai.com/v1", False, "https://api.openai.com/v1/realtime/translations"),
        ("wss://api.openai.com/v1//", False, "https://api.openai.com/v1/realtime/translations"),
        ("https://api.openai.com", False, "https://api.openai.com/v1/realtime/translations"),
        ("ws://localhost:9000/v1", False, "http://localhost:9000/v1/realtime/translations"),
        (
            "wss://host/v1/realtime/translations",
            False,
            "https://host/v1/realtime/translations",
        ),
        ("https://r.azure.com", True, "https://r.azure.com/openai/v1/realtime/translations"),
        (
            "https://r.azure.com/openai/",
            True,
            "https://r.azure.com/openai/v1/realtime/translations",
        ),
        (
            "https://r.azure.com/openai/v1/",
            True,
            "https://r.azure.com/openai/v1/realtime/translations",
        ),
    ],
)
def test_addresses(url: str, azure: bool, expected: str) -> None:  # noqa: FBT001
    endpoint = Endpoint(url, KEY, azure=azure, model="my model")
    assert str(endpoint.translations_url()) == expected + "?model=my+model"


def test_a_query_of_the_base_url_is_kept() -> None:
    url = Endpoint("https://gate/v1?tenant=a").translations_url()
    assert dict(url.query) == {"tenant": "a", "model": wire.DEFAULT_MODEL}


def test_how_the_key_travels() -> None:
    assert Endpoint(api_key=KEY).headers() == {"Authorization": f"Bearer {KEY}"}
    assert Endpoint(api_key=KEY, azure=True).headers() == {"api-key": KEY}
    assert Endpoint().headers() == {}
    assert KEY not in repr(Endpoint(api_key=KEY))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://host/v1", KEY),
        ("api.openai.com", KEY),
        ("", KEY),
        ("https://", KEY),
        ("https://[::1", KEY),
        (f"https://me:{KEY}@host/v1", KEY),
        ("https://host/v1", KEY + "\n"),
        ("https://host/v1", KEY + " x"),
        ("https://host/v1", KEY + "…"),
    ],
)
def test_endpoints_that_cannot_be(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"URL|key") as refused:
        Endpoint(url, key)
    assert_keyless(refused.value)
