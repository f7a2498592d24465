"""The attendee page finds a transport that works: real Chromium, one edge, two voices."""

import asyncio
import dataclasses
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser

from broadcaster.edge.http.stream import HttpStream
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, Edge
from tests.edge.http_players import packets
from tests.edge.voices import arabic, encoded, spanish, speaking, voices
from tests.support.browser import Attendee, chromium, tap_element, until
from tests.support.deadline import deadline
from tests.support.sound import hears
from tests.support.tasks import background_task
from tests.support.web import on_loopback
from tests.support.whep import whep_server

pytestmark = pytest.mark.browser

SETTLE_S = 1.0
"""The channel before is heard for as long as a jitter buffer holds it."""
PLAYS_BY_HTTP = """() => window.broadcasterPlayer.transport === 'http'
  && window.broadcasterPlayer.element && window.broadcasterPlayer.state === 'playing'"""
NOT_CAPABLE = "delete window.AudioDecoder; delete window.RTCPeerConnection;"


@asynccontextmanager
async def without_websocket(edge: Edge, *more: web.RouteDef) -> AsyncIterator[str]:
    """The same edge behind a proxy that passes plain requests only; yields its address.

    Args:
        edge: where it forwards to.
        more: routes it answers itself.
    """

    async def forward(request: web.Request) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            raise web.HTTPBadRequest
        async with edge.http.request(request.method, request.path_qs) as answer:
            headers = {"Content-Type": answer.headers["Content-Type"]}
            response = web.StreamResponse(status=answer.status, headers=headers)
            await response.prepare(request)
            async for data in answer.content.iter_any():
                await response.write(data)
            return response

    application = web.Application()
    application.add_routes(more)
    application.router.add_route("*", "/{path:.*}", forward)
    async with on_loopback(application, handler_cancellation=True) as url:
        yield url


async def test_the_browsers_own_player_plays_and_changes_channel(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        url = f"{edge.url}/e/talk?lang=es&transport=http"
        page = await Attendee.open(browser, url)
        await page.listen()
        assert await page.page.evaluate("window.broadcasterPlayer.transport") == "http"
        await tap_element(page.page)
        await hears(page.newly_heard, spanish, arabic)
        tapped_at = time.monotonic()
        await page.choose("ar")
        await until(
            page.page,
            "() => window.broadcasterPlayer.channel === 'ar'"
            " && window.broadcasterPlayer.state === 'playing'",
        )
        print(f"another channel after {(time.monotonic() - tapped_at) * 1000:.0f} ms")
        await tap_element(page.page)
        await hears(page.newly_heard, arabic, spanish)
        assert not page.errors


async def plays_by(browser: Browser, url: str, transport: str, *, script: str = "") -> None:
    context = await browser.new_context()
    await context.add_init_script(script)
    page = Attendee(await context.new_page())
    await page.page.goto(url)
    await page.listen()
    assert await page.page.evaluate("window.broadcasterPlayer.transport") == transport


async def test_the_best_transport_of_the_browser_is_used(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        await plays_by(browser, f"{edge.url}/e/talk?lang=es", "ws")
        await plays_by(browser, f"{edge.url}/e/talk?lang=es", "http", script=NOT_CAPABLE)


@asynccontextmanager
async def losing(edge: Edge, frames: list[bytes], frame_samples: int) -> AsyncIterator[None]:
    """Publish Spanish in real time; three packets in fifty are lost."""

    async def speak() -> None:
        due = time.monotonic()
        for number, frame in enumerate(itertools.cycle(frames)):
            if number % 50 < 3:
                edge.sequences["es"] += 1
                edge.positions["es"] += frame_samples
            else:
                edge.say("es", frame)
            due += frame_samples / CLOCK_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async with background_task(speak(), "a voice with gaps"):
        yield


async def test_a_gap_is_as_long_as_the_short_packets_that_were_lost(edge: Edge) -> None:
    """A second with a gap matches the speech only if the gap is as long as the lost packets."""
    frame_samples = 480
    frames = await asyncio.to_thread(packets, voices()["es"], frame_samples)
    async with losing(edge, frames, frame_samples), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es")
        await page.listen()
        assert await page.page.evaluate("window.broadcasterPlayer.transport") == "ws"
        await page.record()
        await hears(page.newly_heard, spanish, arabic)


async def test_a_transport_that_is_blocked_is_replaced_by_the_next(edge: Edge) -> None:
    """A proxy passes no WebSocket, and this server has no WHEP."""
    async with speaking(edge), chromium() as browser, without_websocket(edge) as url:
        await plays_by(browser, f"{url}/e/talk?lang=es", "http")


@pytest.mark.parametrize("changes_channel", [True, False])
async def test_webrtc_waits_its_turn_plays_and_changes_channel(
    edge: Edge, *, changes_channel: bool
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(whep_server(await asyncio.to_thread(encoded)))
        url = await stack.enter_async_context(without_websocket(edge, *server.routes()))
        browser = await stack.enter_async_context(chromium())
        server.full, server.changes_channel = True, changes_channel
        page = await Attendee.open(browser, f"{url}/e/talk?lang=es&transport=whep")
        await page.page.click("#listen")
        await page.page.wait_for_selector("#status[data-status='queued']")
        assert "in the queue" in await page.page.inner_text("#notice")
        server.full = False
        await until(page.page, "() => window.broadcasterPlayer?.state === 'playing'")
        assert server.refused >= 1
        await page.record()
        if changes_channel:
            await hears(page.newly_heard, spanish, arabic)
        await page.choose("ar")
        await until(page.page, "() => window.broadcasterPlayer.channel === 'ar'")
        await asyncio.sleep(SETTLE_S)
        await page.newly_heard()
        await hears(page.newly_heard, arabic, spanish)
        assert len(server.sessions) == (1 if changes_channel else 2)
        await page.page.click("#listen")
        await until(page.page, "() => window.broadcasterPlayer.state === 'idle'")
        async with deadline():
            while server.deleted < len(server.sessions):
                await asyncio.sleep(0.05)


async def test_a_webrtc_session_that_falls_silent_is_replaced(edge: Edge) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(whep_server(await asyncio.to_thread(encoded)))
        url = await stack.enter_async_context(without_websocket(edge, *server.routes()))
        browser = await stack.enter_async_context(chromium())
        page = await Attendee.open(browser, f"{url}/e/talk?lang=es&transport=whep")
        await page.listen()
        for sender in server.sessions["0"].getSenders():
            sender.replaceTrack(None)
        async with deadline():
            while len(server.sessions) < 2:
                await asyncio.sleep(0.05)
        await until(page.page, "() => window.broadcasterPlayer.state === 'playing'")


async def test_sound_for_a_locked_screen_comes_back_and_ends(edge: Edge) -> None:
    async with speaking(edge), chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        await page.listen()
        assert await page.page.evaluate("window.broadcasterPlayer.transport") == "ws"
        await page.page.click("#settings-button")
        await page.page.click("#locked-screen")
        await until(page.page, PLAYS_BY_HTTP)
        room = await edge.rooms.open("talk")
        stream = room.audio("es")._outlets[HttpStream, "mp3"]
        assert isinstance(stream, HttpStream)
        (first,) = stream.members()
        first.transport.abort()
        async with deadline():
            while not len(stream) or first in stream.members():
                await asyncio.sleep(0.05)
        await until(page.page, PLAYS_BY_HTTP)
        await page.page.reload()
        await page.listen()
        assert await page.page.evaluate("window.broadcasterPlayer.transport") == "http"
        await edge.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        await page.page.wait_for_selector("#status[data-status='ended']")
        await until(page.page, "() => ['idle', 'ended'].includes(window.broadcasterPlayer.state)")
