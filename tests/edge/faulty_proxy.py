"""A proxy in front of an edge that refuses some addresses, or is cut off for a while."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class FaultyProxy:
    """Serves one request on each connection; WebSockets and streams pass.

    Attributes:
        port: of the server behind it.
        refused: beginnings of paths that are answered with 404.
        answers: whole answers to some paths, which the server does not see.
        cut_off: whether every connection is closed at once.
        paths: of all requests, in their order.
    """

    port: int
    refused: set[str] = field(default_factory=set)
    answers: dict[str, bytes] = field(default_factory=dict)
    cut_off: bool = False
    paths: list[str] = field(default_factory=list)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def cut(self) -> None:
        """End all connections and take no more until `cut_off` is false again."""
        self.cut_off = True
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            if self.cut_off:
                return
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode()
            self.paths.append(path)
            if any(path.startswith(beginning) for beginning in self.refused):
                writer.write(_NOT_FOUND)
                return
            if path in self.answers:
                writer.write(self.answers[path])
                return
            answer, upstream = await asyncio.open_connection("127.0.0.1", self.port)
            with closing(upstream):
                upstream.write(request.replace(b"keep-alive", b"close"))
                await _until_one_ends(_pass_on(reader, upstream), _pass_on(answer, writer))


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(2**16):
            target.write(data)
            await target.drain()


async def _until_one_ends(*ways: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(way, name="way of a proxy") for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def faulty(url: str) -> AsyncIterator[tuple[str, FaultyProxy]]:
    """A proxy before the server at `url`; yields its address and the proxy."""
    proxy = FaultyProxy(int(url.rpartition(":")[2]))

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer), name="faulty proxy")
        proxy.connections.add(task)
        task.add_done_callback(proxy.connections.discard)

    async with AsyncExitStack() as stack:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        stack.callback(server.close)
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", proxy
    await proxy.cut()
    await asyncio.sleep(0)  # transports close in the next turn
