"""A client that asks for captions without end: many connections, pipelined, all of the past."""

import asyncio
from functools import partial
from typing import cast

PIPELINED = 10
"""Requests written at once on a connection; the last one is for captions and takes it over."""
_ASK = b"GET /e/%s/captions/%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Flood:
    """Sends `requests` requests over `connections` connections at a time.

    Of each connection's requests all but the last name a language that the event does not have; the
    last is for captions from the beginning, and is hung up on when the first has come.

    Args:
        port: on 127.0.0.1.
        event: asked for.
        channel: with captions.
        requests: in all.
        connections: at a time.
    """

    def __init__(
        self, port: int, event: str, channel: str, requests: int, connections: int
    ) -> None:
        self._port = port
        words = (event.encode(), b"xx"), (event.encode(), channel.encode())
        refused, captions = (_ASK % each for each in words)
        self.burst = refused * (PIPELINED - 1) + captions
        self._left = requests
        self._connections = connections
        self.asked = 0
        self.answered = 0
        self.lost = 0

    async def run(self) -> None:
        """Ask until all was asked."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._connections):
                tasks.create_task(self._ask(), name=f"flood:{number}")

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        while self._left > 0:
            self._left -= PIPELINED
            make = partial(_Asking, self.burst)
            self.asked += PIPELINED
            try:
                _, asking = await loop.create_connection(make, "127.0.0.1", self._port)
            except OSError:
                self.lost += 1
                await asyncio.sleep(0.01)
                continue
            await asking.over
            self.answered += asking.answered


class _Asking(asyncio.Protocol):
    """One connection, until the first caption comes or it is closed."""

    def __init__(self, burst: bytes) -> None:
        self._burst = burst
        self._rest = b""
        self.answered = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not one by class
        self._transport.write(self._burst)

    def data_received(self, data: bytes) -> None:
        text = self._rest + data
        self.answered += text.count(b"HTTP/1.1 ")
        self._rest = text[-8:]
        if b"event: caption" in text:
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.over.done():
            self.over.set_result(None)
