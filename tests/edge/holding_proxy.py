"""A proxy that passes the head of an answer at once and holds the body of a stream back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

from tests.support.connections import accepting_connections


@dataclass
class HoldingProxy:
    """Serves one request on each connection.

    Attributes:
        port: of the server behind it.
        held_bytes: of a body that are collected before anything is passed on.
        by_address: whether it knows streams by their address, or by their content type.
        requests: method and path of each request.
    """

    port: int
    held_bytes: float
    by_address: bool
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        request = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(request.partition(b" HTTP/")[0])
        answer, upstream = await asyncio.open_connection("127.0.0.1", self.port)
        with closing(upstream):
            upstream.write(request.replace(b"keep-alive", b"close"))
            head = await answer.readuntil(b"\r\n\r\n")
            writer.write(head)
            held = b"/talk/captions/" in request if self.by_address else b"event-stream" in head
            body = b""
            while data := await answer.read(2**16):
                body += data
                if not held or len(body) > self.held_bytes:
                    writer.write(body)
                    body, held = b"", False


@asynccontextmanager
async def holding_back(
    url: str, held_bytes: float, *, by_address: bool = False
) -> AsyncIterator[tuple[str, HoldingProxy]]:
    """A proxy before the server at `url`; yields its address and the proxy."""
    proxy = HoldingProxy(int(url.rpartition(":")[2]), held_bytes, by_address)
    async with accepting_connections(proxy.serve, "holding proxy") as accepted:
        yield f"http://127.0.0.1:{accepted.port}", proxy
