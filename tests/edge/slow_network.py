"""A SOCKS proxy that is as slow as a network: round trips, a narrow link, and TCP's slow start.

It stands for `netem`, which not every kernel has. A browser takes a connection for open when the
proxy says so (RFC 1928), which is one round trip later.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

from playwright.async_api import ProxySettings

SEGMENT_BYTES = 1_460
FIRST_WINDOW_BYTES = 10 * SEGMENT_BYTES
"""Sent before the first acknowledgement (RFC 6928)."""
_IPV4 = 1
_CONNECTED = b"\x05\x00\x00\x01" + bytes(6)


@dataclass(frozen=True, slots=True)
class Network:
    """How slow it is.

    Attributes:
        round_trip_s: there and back.
        bits_per_s: towards the client, of all connections together.
    """

    round_trip_s: float = 0.0
    bits_per_s: float = float("inf")


@dataclass
class SlowNetwork:
    """All connections of one client.

    Attributes:
        network: how slow it is.
        port: of the proxy.
        received_bytes: by the client, headers among them.
        connections: tasks of the open connections.
    """

    network: Network
    port: int = 0
    received_bytes: int = 0
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    _free_at: float = 0.0
    """When the link has sent all that it was given."""

    async def drop_connections(self) -> None:
        """Close all connections, so that the next page opens new ones."""
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    @property
    def settings(self) -> ProxySettings:
        """The proxy of a browser's context."""
        # Otherwise connections to this machine itself bypass a proxy.
        return {"server": f"socks5://127.0.0.1:{self.port}", "bypass": "<-loopback>"}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until either side ends it."""
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            port = await _greet(reader, writer)
            await asyncio.sleep(self.network.round_trip_s)
            answer, upstream = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_CONNECTED)
            with closing(upstream):
                await self._pass_on(reader, upstream, answer, writer)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
        answer: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.create_task(self._up(reader, upstream), name="up a slow network"),
            asyncio.create_task(self._down(answer, writer), name="down a slow network"),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                await asyncio.sleep(self.network.round_trip_s / 2)
                upstream.write(data)
                await upstream.drain()

    async def _down(self, answer: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        window = FIRST_WINDOW_BYTES
        unacknowledged: deque[tuple[float, int]] = deque()
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(late, writer), name="on a slow network")
        try:
            while data := await answer.read(SEGMENT_BYTES):
                while sum(size for _, size in unacknowledged) + len(data) > window:
                    acknowledged_at, size = unacknowledged.popleft()
                    await asyncio.sleep(max(0.0, acknowledged_at - loop.time()))
                    window += size
                sent_at = max(self._free_at, loop.time()) + len(data) * 8 / self.network.bits_per_s
                self._free_at = sent_at
                arrives_at = sent_at + self.network.round_trip_s / 2
                unacknowledged.append((arrives_at + self.network.round_trip_s / 2, len(data)))
                while unacknowledged and unacknowledged[0][0] <= loop.time():
                    window += unacknowledged.popleft()[1]
                late.put_nowait((arrives_at, data))
            late.put_nowait((loop.time(), b""))
            await arriving
        finally:
            arriving.cancel()
            await asyncio.gather(arriving, return_exceptions=True)

    async def _arrive(
        self, late: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while True:
                arrives_at, data = await late.get()
                if not data:
                    return
                await asyncio.sleep(max(0.0, arrives_at - loop.time()))
                self.received_bytes += len(data)
                writer.write(data)


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Agree on a connection to this machine; returns the port that is wanted."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    *_, kind = await reader.readexactly(4)
    length = 4 if kind == _IPV4 else (await reader.readexactly(1))[0]
    await reader.readexactly(length)
    return int.from_bytes(await reader.readexactly(2), "big")


@asynccontextmanager
async def slow_network(network: Network) -> AsyncIterator[SlowNetwork]:
    """A slow network to this machine."""
    slow = SlowNetwork(network)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(slow.serve(reader, writer), name="slow connection")
        slow.connections.add(task)
        task.add_done_callback(slow.connections.discard)

    async with AsyncExitStack() as stack:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        stack.callback(server.close)
        slow.port = server.sockets[0].getsockname()[1]
        yield slow
    await slow.drop_connections()
    await asyncio.sleep(0)  # transports close in the next turn
