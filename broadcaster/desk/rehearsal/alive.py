"""Keeps an answer alive that is still being worked on."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

ALIVE_EVERY_S = 5.0
"""A space is sent this often, or a proxy would end an answer that has not begun."""
Result = TypeVar("Result")


async def kept_alive(response: web.StreamResponse, work: Coroutine[Any, Any, Result]) -> Result:
    """Run something, and send a space now and then; returns its result.

    Raises:
        ConnectionResetError: the client has left; the work was cancelled.
    """
    running = asyncio.create_task(work, name="rehearsal")
    try:
        while not (await asyncio.wait({running}, timeout=ALIVE_EVERY_S))[0]:
            await response.write(b" ")
        return running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
