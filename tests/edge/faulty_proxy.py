"""A proxy in front of an edge that refuses some addresses, or is cut off for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

from tests.support.connections import (
    Connections,
    accepting_connections,
    pass_on,
    until_one_ends,
)

_REFUSAL = "HTTP/1.1 {} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class FaultyProxy:
    """Serves one request on each connection; WebSockets and streams pass.

    Attributes:
        port: of the server behind it.
        refused: beginnings of paths that are answered with `status`.
        status: of refusals.
        answers: whole answers to some paths, which the server does not see.
        cut_off: whether every connection is closed at once.
        paths: of all requests, in their order.
        connections: the open ones.
    """

    port: int
    refused: set[str] = field(default_factory=set)
    status: int = 404
    answers: dict[str, bytes] = field(default_factory=dict)
    cut_off: bool = False
    paths: list[str] = field(default_factory=list)
    connections: Connections = field(default_factory=Connections)

    async def cut(self) -> None:
        """End all connections and take no more until `cut_off` is false again."""
        self.cut_off = True
        await self.connections.drop()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        if self.cut_off:
            return
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ", 2)[1].decode()
        self.paths.append(path)
        if any(path.startswith(beginning) for beginning in self.refused):
            writer.write(_REFUSAL.format(self.status).encode())
            return
        if path in self.answers:
            writer.write(self.answers[path])
            return
        answer, upstream = await asyncio.open_connection("127.0.0.1", self.port)
        with closing(upstream):
            upstream.write(request.replace(b"keep-alive", b"close"))
            await until_one_ends(pass_on(reader, upstream), pass_on(answer, writer))


@asynccontextmanager
async def faulty(url: str) -> AsyncIterator[tuple[str, FaultyProxy]]:
    """A proxy before the server at `url`; yields its address and the proxy."""
    proxy = FaultyProxy(int(url.rpartition(":")[2]))
    async with accepting_connections(proxy.serve, "faulty proxy", proxy.connections) as accepted:
        yield f"http://127.0.0.1:{accepted.port}", proxy
