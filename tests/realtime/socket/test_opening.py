"""Opening sessions over real sockets: refusals, silence, proxies and unreachable servers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.socket.conversation import open_conversation
from broadcaster.realtime.socket.transcription import open_transcription
from broadcaster.realtime.socket.translation import open_translation
from tests.realtime.peer import (
    KEY,
    Serve,
    TranslationServer,
    drop,
    failure_opening,
    into,
    playing,
    session,
)
from tests.realtime.talk_server import (
    CONVERSE,
    TRANSCRIBE,
    TalkServer,
    acting,
)


async def failure_of(
    http: aiohttp.ClientSession, endpoint: Endpoint, timeouts: Timeouts | None = None
) -> InterpreterFailed:
    """Return the failure of opening a translation."""
    return await failure_opening(open_translation(http, endpoint, into("de"), timeouts=timeouts))


@pytest.mark.parametrize("language", [None, "es"], ids=["no answer", "another language"])
async def test_update_never_acknowledged(
    http: aiohttp.ClientSession, serve: Serve, language: str | None
) -> None:
    async def script(side: TranslationServer) -> None:
        await side.greet()
        if language:
            await side.send("session.updated", session=session(language))
        assert await side.read_to_the_end() == []

    timeouts = Timeouts(configure_s=0.2)
    failure = await failure_of(http, await serve(playing(script)), timeouts)
    assert (failure.error, failure.retryable) == ("update_unconfirmed", True)


async def test_a_server_that_says_nothing(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TranslationServer) -> None:
        await side.ws.prepare(side.request)
        await side.read_to_the_end()

    failure = await failure_of(http, await serve(playing(script)), Timeouts(connect_s=0.2))
    assert (failure.error, failure.retryable) == ("connect_timeout", True)


async def test_settings_the_server_refuses(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TranslationServer) -> None:
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


async def test_a_drop_while_configuring(http: aiohttp.ClientSession, serve: Serve) -> None:
    async def script(side: TranslationServer) -> None:
        await side.greet()
        await drop(side)

    failure = await failure_of(http, await serve(playing(script)))
    assert (failure.error, failure.retryable) == ("session_dropped", True)


async def test_cancelled_while_connecting(http: aiohttp.ClientSession, serve: Serve) -> None:
    arrived = asyncio.Event()

    async def script(side: TranslationServer) -> None:
        await side.ws.prepare(side.request)
        arrived.set()
        await side.read_to_the_end()

    endpoint = await serve(playing(script))

    async def connect() -> None:
        async with open_translation(http, endpoint, into("de")):
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


Opening = Callable[[aiohttp.ClientSession, Endpoint, Timeouts | None], Any]


OPENINGS: list[Opening] = [
    lambda http, endpoint, limits: open_conversation(http, endpoint, CONVERSE, timeouts=limits),
    lambda http, endpoint, limits: open_transcription(http, endpoint, TRANSCRIBE, timeouts=limits),
]


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
async def test_handshake_refused_to_other_sessions(
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

    failure = await failure_opening(opening(http, await serve(refuse), None))
    assert (failure.error, failure.retryable) == (error, retryable)
    assert failure.retry_after_s == retry_after_s


@pytest.mark.parametrize("opening", OPENINGS, ids=["conversation", "transcription"])
async def test_settings_that_are_never_confirmed_or_refused(
    http: aiohttp.ClientSession, serve: Serve, opening: Opening
) -> None:
    async def ignore(side: TalkServer) -> None:
        await side.greet()
        await side.read_to_the_end()

    async def refuse(side: TalkServer) -> None:
        await side.greet()
        error = {
            "type": "invalid_request_error",
            "code": "invalid_value",
            "message": f"Invalid: {KEY}",
        }
        param = "session.audio.input.transcription.languages[0]"
        await side.send("error", error={**error, "param": param})
        await side.read_to_the_end()

    async def cannot_load(side: TalkServer) -> None:
        await side.ws.prepare(side.request)
        await side.send("error", error={"type": "model_load_error", "message": "no such file"})
        await side.read_to_the_end()

    timeouts = Timeouts(configure_s=0.2)
    failure = await failure_opening(opening(http, await serve(acting(ignore)), timeouts))
    assert (failure.error, failure.retryable) == ("update_unconfirmed", True)
    failure = await failure_opening(opening(http, await serve(acting(refuse)), None))
    assert (failure.error, failure.retryable) == ("unsupported_source_language", False)
    failure = await failure_opening(opening(http, await serve(acting(cannot_load)), None))
    assert (failure.error, failure.retryable) == ("model_load_error", False)
