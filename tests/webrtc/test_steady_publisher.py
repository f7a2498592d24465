"""Answers of a server that a publisher waits out, and answers that end it."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from broadcaster.errors import ServerRefused, ServerUnreachable
from broadcaster.webrtc.clients import publisher
from broadcaster.webrtc.clients.frames import PacedFrames
from broadcaster.webrtc.clients.http_session import is_gone
from broadcaster.webrtc.clients.publisher import publishing
from broadcaster.webrtc.clients.steady_publisher import PublisherState, SteadyPublisher
from broadcaster.webrtc.ingest import IngestSettings
from broadcaster.webrtc.whip.sessions import WhipSession
from tests.support.deadline import deadline
from tests.support.web import on_loopback
from tests.webrtc.support import STAGE_KEY, stage, voice

pytestmark = pytest.mark.usefixtures("loopback")
Answer = tuple[int, str]
"""Status, and error id in this server's form; empty for a proxy's page."""


class Told(list[tuple[PublisherState, str]]):
    """The states a publisher went through, with their sentences."""

    def __call__(self, state: PublisherState, text: str) -> None:
        self.append((state, text))


@asynccontextmanager
async def answering(*answers: Answer) -> AsyncIterator[tuple[URL, list[Answer]]]:
    """A server that gives these answers; yields its address and those it has not given yet."""
    left = list(answers)

    async def answer(_: web.Request) -> web.Response:
        status, error = left.pop(0)
        if not error:
            return web.Response(status=status, text="<html>an error page</html>")
        body = {"error": error, "message": f"a sentence about {error}", "hint": "Do this."}
        return web.json_response(body, status=status)

    app = web.Application()
    app.add_routes([web.post("/whip/talk", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        yield URL(f"http://{host}:{port}/whip/talk"), left
    finally:
        await runner.cleanup()


async def outcome(url: URL, told: Told, *, patient: bool = False) -> None:
    async with aiohttp.ClientSession() as http, deadline():
        source = PacedFrames(iter([bytes(96_000)]))
        await SteadyPublisher(http, url, "key", source, told, patient=patient).run()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422])
@pytest.mark.parametrize("error", ["some_error", ""])
async def test_a_refusal_that_waiting_does_not_heal_ends_it(status: int, error: str) -> None:
    told = Told()
    async with answering((status, error)) as (url, _):
        with pytest.raises(ServerRefused) as refused:
            await outcome(url, told)
    assert refused.value.status == status
    assert refused.value.message
    assert not told


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("error", ["some_error", ""])
async def test_a_refusal_for_a_while_is_waited_out(status: int, error: str) -> None:
    told = Told()
    async with answering((status, error), (status, error), (401, "no")) as (url, left):
        with pytest.raises(ServerRefused) as refused:
            await outcome(url, told)
    assert refused.value.status == 401
    assert not left
    assert [state for state, _ in told] == [PublisherState.CONNECTING] * 2


@pytest.mark.parametrize("body", ["", "nonsense", "v=0\r\n", "<html>Welcome</html>"])
async def test_an_answer_that_is_no_session_description_ends_it(body: str) -> None:
    app = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=201, text=body, headers={"Location": "/whip/talk/1"})

    app.add_routes([web.post("/whip/talk", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        with pytest.raises(ServerRefused, match="not a WebRTC session description"):
            await outcome(URL(f"http://{host}:{port}/whip/talk"), Told())
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:9/whip/talk", "127.0.0.1:9 cannot be reached: Connection refused"),
        ("http://nothing.invalid/whip/talk", "there is no server named nothing.invalid"),
    ],
)
async def test_a_server_that_is_not_there_is_named(url: str, sentence: str) -> None:
    with pytest.raises(ServerUnreachable) as unreachable:
        await outcome(URL(url), Told())
    assert unreachable.value.message == sentence
    assert unreachable.value.hint


async def test_a_port_without_https_is_named() -> None:
    async with answering() as (url, _):
        with pytest.raises(ServerUnreachable, match="does not speak https"):
            await outcome(url.with_scheme("https"), Told())


@pytest.mark.parametrize(
    ("status", "gone"), [(404, True), (410, True), (204, False), (405, False), (502, False)]
)
async def test_a_server_is_asked_for_a_session(status: int, *, gone: bool) -> None:
    app = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app.add_routes([web.patch("/whip/talk/1", answer)])
    async with on_loopback(app) as url, aiohttp.ClientSession() as http:
        assert await is_gone(http, URL(f"{url}/whip/talk/1"), {}) is gone


async def test_a_server_that_is_not_there_has_no_session() -> None:
    async with aiohttp.ClientSession() as http:
        assert await is_gone(http, URL("http://127.0.0.1:9/whip/talk/1"), {})
        assert not await is_gone(http, URL("http://nothing.invalid/whip/talk/1"), {})


async def test_a_session_that_the_server_ended_without_a_goodbye_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as the server knows the session, nothing happens."""
    monkeypatch.setattr(publisher, "OVERDUE_S", 0.0)
    asked: list[web.Request] = []
    async with stage(IngestSettings()) as whip, deadline():
        sessions = whip.endpoint._sessions
        find_session = sessions._session

        def find(request: web.Request, place: str) -> WhipSession | None:
            asked.append(request)
            if len(asked) > 3:
                raise web.HTTPNotFound
            return find_session(request, place)

        monkeypatch.setattr(sessions, "_session", find)
        source = PacedFrames(itertools.repeat(bytes(960)))
        async with publishing(whip.http, f"{whip.url}/whip/demo", STAGE_KEY, source) as talking:
            await talking.lost.wait()
            assert {request.method for request in asked} == {"PATCH"}
            assert len(asked) == 4
            assert not talking.lost_orderly
            assert "has stopped" in talking.reason


async def test_a_recording_is_heard_to_its_last_frame() -> None:
    told = Told()
    async with stage(IngestSettings()) as whip, deadline():
        pcm = voice(3, 24_000).tobytes()
        source = PacedFrames(iter([pcm]))
        url = URL(f"{whip.url}/whip/demo")
        publisher = SteadyPublisher(whip.http, url, STAGE_KEY, source, told, patient=False)
        await publisher.run()
        peer = await whip.arrival()
        chunks = [chunk async for chunk in peer.frames()]
    assert [state for state, _ in told] == [PublisherState.ON_FLOOR]
    assert not source.unconfirmed
    assert chunks[-1].rtp_time / 48_000 > 2.9
