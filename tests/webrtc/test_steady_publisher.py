"""Answers of a server that a publisher waits out, and answers that end it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from broadcaster.errors import ServerRefused, ServerUnreachable
from broadcaster.webrtc.clients.frames import PacedFrames
from broadcaster.webrtc.clients.steady_publisher import PublisherState, SteadyPublisher
from broadcaster.webrtc.ingest import IngestSettings
from tests.support.deadline import deadline
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
