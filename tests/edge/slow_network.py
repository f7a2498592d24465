"""A SOCKS proxy that is as bad as a network: round trips, a narrow link, stalls, and no way at all.

It stands for `netem`, which not every kernel has. A browser takes a connection for open when the
proxy says so (RFC 1928), which is one round trip later. What does not get through is sent again as
TCP does it, so a connection comes back some time after its network.
"""

import asyncio
import random
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

from playwright.async_api import ProxySettings

from tests.support.connections import Connections, accepting_connections, until_one_ends

SEGMENT_BYTES = 1_460
FIRST_WINDOW_BYTES = 10 * SEGMENT_BYTES
"""Sent before the first acknowledgement (RFC 6928)."""
RETRANSMISSION_S = 0.2
"""Linux sends a packet again after this time, and after twice as long each further time."""
SYN_AGAIN_S = 1.0
"""The same of a connection that is being opened (RFC 6298)."""
HELD_BYTES = 8_192
"""Kept by the proxy for a client out of reach. The rest waits at the server, as it would."""
SEED = 3
_IPV4 = 1
_CONNECTED = b"\x05\x00\x00\x01" + bytes(6)


@dataclass(frozen=True, slots=True)
class Network:
    """How bad it is.

    Attributes:
        round_trip_s: there and back.
        bits_per_s: towards the client, of all connections together.
        stall_share: of what is sent to the client, that stalls its connection.
        stall_s: mean length of a stall.
    """

    round_trip_s: float = 0.0
    bits_per_s: float = float("inf")
    stall_share: float = 0.0
    stall_s: float = 0.1


@dataclass
class SlowNetwork:
    """All connections of one client.

    Attributes:
        network: how bad it is; may be replaced at any time.
        unreachable: whether nothing gets through, and nobody is told so.
        received_bytes: by the client, headers among them.
        connections: the open ones.
    """

    network: Network
    unreachable: bool = False
    received_bytes: int = 0
    connections: Connections = field(default_factory=Connections)
    _free_at: float = 0.0
    """When the link has sent all that it was given."""
    _chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    async def drop_connections(self) -> None:
        """Close all connections, so that the next page opens new ones."""
        await self.connections.drop()

    @property
    def settings(self) -> ProxySettings:
        """The proxy of a browser's context."""
        # Otherwise connections to this machine itself bypass a proxy.
        return {
            "server": f"socks5://127.0.0.1:{self.connections.port}",
            "bypass": "<-loopback>",
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until either side ends it."""
        port = await _greet(reader, writer)
        await self._get_through(SYN_AGAIN_S)
        await asyncio.sleep(self.network.round_trip_s)
        answer, upstream = await _connected(port)
        writer.write(_CONNECTED)
        with closing(upstream):
            await until_one_ends(self._up(reader, upstream), self._down(answer, writer))

    async def _get_through(self, again_s: float) -> None:
        """Wait until a packet gets through.

        Args:
            again_s: after which it is sent again for the first time.
        """
        while self.unreachable:
            await asyncio.sleep(again_s)
            again_s *= 2

    async def _up(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                await self._get_through(RETRANSMISSION_S)
                await asyncio.sleep(self.network.round_trip_s / 2)
                upstream.write(data)
                await upstream.drain()
            await self._get_through(RETRANSMISSION_S)

    async def _down(self, answer: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        window = FIRST_WINDOW_BYTES
        unacknowledged: deque[tuple[float, int]] = deque()
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(late, writer), name="on a slow network")
        try:
            while data := await answer.read(SEGMENT_BYTES):
                await self._get_through(RETRANSMISSION_S)
                if self._chance.random() < self.network.stall_share:
                    await asyncio.sleep(self._chance.expovariate(1 / self.network.stall_s))
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
            await self._get_through(RETRANSMISSION_S)
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


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to this machine that reads little ahead."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HELD_BYTES)
    client.settimeout(0)
    try:
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
        return await asyncio.open_connection(sock=client, limit=HELD_BYTES)
    except BaseException:
        client.close()
        raise


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
    """A bad network to this machine."""
    slow = SlowNetwork(network)
    async with accepting_connections(slow.serve, "slow connection", slow.connections):
        yield slow
