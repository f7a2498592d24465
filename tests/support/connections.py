"""A TCP server whose connections are tasks, so that a test can end them at any time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]


@dataclass
class Connections:
    """The connections of one server.

    Attributes:
        port: of the server.
        tasks: one for each open connection.
    """

    port: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def drop(self) -> None:
        """End all of them; new ones are taken."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@asynccontextmanager
async def accepting_connections(
    serve: Serve, name: str, connections: Connections | None = None
) -> AsyncIterator[Connections]:
    """Serve each connection until `serve` returns, or until the context ends.

    Args:
        serve: gets both ways of a connection, which is closed afterwards.
        name: of the tasks.
        connections: are filled in, if given.
    """
    served = connections or Connections()

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(until_closed(reader, writer), name=name)
        served.tasks.add(task)
        task.add_done_callback(served.tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await served.drop()
        await asyncio.sleep(0)  # transports close in the next turn


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on what comes, until either side ends it."""
    with suppress(ConnectionError):
        while data := await source.read(2**16):
            target.write(data)
            await target.drain()


async def until_one_ends(*ways: Coroutine[None, None, None]) -> None:
    """Run the ways of a connection; when one ends, the others are ended."""
    tasks = [asyncio.create_task(way, name="way of a connection") for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
