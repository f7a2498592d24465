"""A page with WHEP players in it, on an origin of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

TESTS = Path(__file__).parents[1]
PLAY = """async (name, url) => {
  window.players = await import('/players/whep_players.js');
  await window.players.play(name, url);
}"""
REPORT = "() => window.players.report()"
STOP = "() => window.player.stop()"


@asynccontextmanager
async def whep_page() -> AsyncIterator[str]:
    """Serves the page; yields its address."""

    async def empty(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>players</title>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/", empty)
    application.router.add_static("/modules", TESTS / "webrtc" / "wrtc" / "node_modules")
    application.router.add_static("/players", TESTS / "edge")
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
