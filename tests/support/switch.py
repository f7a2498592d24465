"""A TCP load balancer: each connection goes to the first server that takes it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial

from tests.support.connections import accepting_connections


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()  # the other side learns of it, too


async def _serve(
    ports: Sequence[int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    for port in ports:
        try:
            answer, upstream = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            continue
        with closing(upstream):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_pass_on(reader, upstream), name="requests")
                tasks.create_task(_pass_on(answer, writer), name="answers")
        return


@asynccontextmanager
async def switch(*urls: str) -> AsyncIterator[str]:
    """A balancer in front of servers on this machine; yields its address."""
    ports = [int(url.rpartition(":")[2]) for url in urls]
    async with accepting_connections(partial(_serve, ports), "switch") as accepted:
        yield f"http://127.0.0.1:{accepted.port}"
