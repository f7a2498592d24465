"""A small web server of a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def on_loopback(
    application: web.Application, *, handler_cancellation: bool = False
) -> AsyncIterator[str]:
    """Serve inside the context; yields the address."""
    runner = web.AppRunner(
        application, handler_cancellation=handler_cancellation, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
