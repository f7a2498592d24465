"""Streams as `broadcaster publish` reads them: every kind of address, broken off and back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpClient

from broadcaster.audio.input.stream_address import parse_stream_address
from broadcaster.commands.publishing.streams import StreamPlayback, playback_of
from tests.support.deadline import deadline
from tests.support.ports import free_port
from tests.support.sound import quick_matches, samples
from tests.support.sound_files import encoded, silent_film
from tests.support.stream_sender import keep_sending, sending, sending_srt
from tests.support.tasks import background_task
from tests.webrtc.support import voice

SAID = samples(voice(60, 24_000).tobytes())
CLEAR = 0.85
WINDOWS = 4


class Listening:
    """A playback that is read to its end, and what was said of it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._stack = AsyncExitStack()

    async def open(self, address: str) -> StreamPlayback:
        self.playback = await playback_of(parse_stream_address(address), self.said.append)
        await self._stack.enter_async_context(self.playback.opened())
        return self.playback

    async def voice(self) -> None:
        """Wait until the voice is surely heard; a busy machine makes gaps."""
        heard = 0
        async with deadline():
            while heard < WINDOWS:
                frames = [await self.playback.frames.next_frame() for _ in range(50)]
                left = samples(b"".join(frames))[::2]
                heard += sum(match.r > CLEAR for match in quick_matches(left, SAID))

    async def silence(self) -> None:
        """Wait until the playback has lost its sound."""
        async with deadline():
            while self.playback.works:
                await self.playback.frames.next_frame()

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    one = Listening()
    yield one
    await one.close()


@pytest.mark.parametrize("kind", ["rtmp", "srt"])
async def test_a_sender_that_goes_and_comes_back_is_heard_again(
    listening: Listening, kind: str
) -> None:
    port = free_port()
    path = "/live/hall" if kind == "rtmp" else ""
    await listening.open(f"{kind}://127.0.0.1:{port}{path}?mode=listener")
    assert "waiting for a sender" in listening.said[0]
    for _ in range(2):
        async with background_task(keep_sending(kind, port), name="encoder"):
            await listening.voice()
        await listening.silence()
    assert sum("gives sound" in text for text in listening.said) == 2
    assert "waiting for it" in listening.said[-1]


async def test_an_encoder_that_waits_is_called(listening: Listening) -> None:
    port = free_port()
    async with sending_srt(f"srt://127.0.0.1:{port}?mode=listener"):
        await listening.open(f"srt://127.0.0.1:{port}")
        await listening.voice()


async def test_a_transport_stream_over_udp_is_heard(listening: Listening) -> None:
    port = free_port()
    await listening.open(f"udp://127.0.0.1:{port}")
    async with sending(f"udp://127.0.0.1:{port}?pkt_size=1316", "mpegts"):
        await listening.voice()


async def test_segments_of_hls_are_heard(
    listening: Listening, aiohttp_client: AiohttpClient, tmp_path: Path
) -> None:
    encoded(tmp_path / "index.m3u8", "aac", voice(12))
    app = web.Application()
    app.router.add_static("/", tmp_path)
    client = await aiohttp_client(app)
    await listening.open(str(client.make_url("/index.m3u8")))
    await listening.voice()


async def test_an_icecast_server_is_heard_and_opened_again(
    listening: Listening, aiohttp_client: AiohttpClient, tmp_path: Path
) -> None:
    sound = encoded(tmp_path / "hall.mp3", "libmp3lame", voice(4)).read_bytes()
    asked = 0

    async def hall(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise web.HTTPNotFound
        answer = web.StreamResponse(headers={"Content-Type": "audio/mpeg", "icy-name": "Hall"})
        await answer.prepare(request)
        for start in range(0, len(sound), 4_000):
            await answer.write(sound[start : start + 4_000])
            await asyncio.sleep(0.1)
        return answer

    app = web.Application()
    app.router.add_get("/hall", hall)
    client = await aiohttp_client(app)
    await listening.open(str(client.make_url("/hall?password=secret")))
    await listening.voice()
    async with deadline():
        while asked < 3:
            await listening.playback.frames.next_frame()
    assert "not found" in listening.said[0].lower()
    assert any("has ended" in text for text in listening.said)
    assert not [text for text in listening.said if "secret" in text or "hall" in text]


async def test_a_server_that_answers_nothing_is_given_up(
    listening: Listening, aiohttp_client: AiohttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.audio.input.stream.OPEN_S", 0.5)
    came = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        came.set()
        await asyncio.sleep(60)
        raise AssertionError

    app = web.Application()
    app.router.add_get("/", hang)
    client = await aiohttp_client(app)
    await listening.open(str(client.make_url("/")))
    async with deadline():
        while not any("nothing came in time" in text for text in listening.said):
            assert not (await listening.playback.frames.next_frame()).strip(b"\0")
    assert came.is_set()


async def test_a_stream_without_sound_says_so(
    listening: Listening, aiohttp_client: AiohttpClient, tmp_path: Path
) -> None:
    silent_film(tmp_path / "film.mp4")
    app = web.Application()
    app.router.add_static("/", tmp_path)
    client = await aiohttp_client(app)
    await listening.open(str(client.make_url("/film.mp4")))
    async with deadline():
        while not any("has no sound" in text for text in listening.said):
            await asyncio.sleep(0.05)
