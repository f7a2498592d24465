"""Listeners and readers of every kind, some of whom come and go, as a program.

python -m tests.benchmarks.memory.listeners URL EVENT CHANNEL…
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import uvloop

from broadcaster.errors import ServerRefused
from broadcaster.webrtc.clients.player import playing

GUEST_S = 60.0
"""A guest stays for this long, leaves, and comes again."""
AGAIN_S = 2.0
"""Pause before one that was disconnected connects again."""

Listen = Callable[[aiohttp.ClientSession, str], Coroutine[Any, Any, None]]


async def by_websocket(http: aiohttp.ClientSession, address: str) -> None:
    async with http.ws_connect(address, protocols=["broadcaster.audio.v1"]) as socket:
        async for _ in socket:
            pass


async def by_http(http: aiohttp.ClientSession, address: str) -> None:
    async with http.get(address) as answer:
        async for _ in answer.content.iter_any():
            pass


async def by_whep(http: aiohttp.ClientSession, address: str) -> None:
    def heard(_sequence: int, _payload_bytes: int) -> None:
        pass

    async with playing(http, address, heard, loopback=True) as ended:
        await ended.wait()


def addresses(event: str, channel: str) -> list[tuple[Listen, str]]:
    """Every way to follow a channel."""
    return [
        (by_websocket, f"/e/{event}/audio/{channel}"),
        (by_websocket, f"/e/{event}/audio/{channel}+floor"),
        (by_http, f"/listen/{event}/{channel}.mp3"),
        (by_http, f"/listen/{event}/{channel}.ogg"),
        (by_http, f"/e/{event}/captions/{channel}"),
        (by_whep, f"/whep/{event}/{channel}"),
    ]


async def stay(http: aiohttp.ClientSession, listen: Listen, address: str, seconds: float) -> None:
    """Follow a channel again and again, each time for so long."""
    while True:
        with suppress(aiohttp.ClientError, ServerRefused, OSError, TimeoutError):
            async with asyncio.timeout(seconds):
                await listen(http, address)
        await asyncio.sleep(AGAIN_S)


@asynccontextmanager
async def client(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=None)
    connector = aiohttp.TCPConnector(limit=0, ssl=False)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as http:
        yield http


async def run(url: str, event: str, channels: list[str]) -> None:
    async with client(url) as http, asyncio.TaskGroup() as tasks:
        for channel in channels:
            for listen, path in addresses(event, channel):
                address = url + path if listen is by_whep else path
                tasks.create_task(stay(http, listen, address, 1e9), name=f"stays {path}")
                tasks.create_task(stay(http, listen, address, GUEST_S), name=f"guest {path}")


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], sys.argv[2], sys.argv[3:]))
