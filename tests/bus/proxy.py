"""A TCP proxy that loses what it is told to lose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Forwards to a port of this machine.

    Attributes:
        port: where it listens.
        replies_to_lose: that many next replies are swallowed and their connections closed.
    """

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.replies_to_lose = 0
        self._target_port = target_port
        self._muted: set[asyncio.StreamWriter] = set()
        self._clients: set[asyncio.StreamWriter] = set()

    def mute(self) -> None:
        """Deliver nothing any more on the connections there are; new ones work."""
        self._muted |= self._clients

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._serve(reader, writer), name="proxy")
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            running = list(tasks)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._clients.add(writer)
        try:
            with suppress(OSError):
                requests = asyncio.create_task(self._requests(reader, target_writer, writer))
                replies = asyncio.create_task(self._replies(target_reader, writer))
                try:
                    await asyncio.wait((requests, replies), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    requests.cancel()
                    replies.cancel()
                    await asyncio.gather(requests, replies, return_exceptions=True)
        finally:
            self._clients.discard(writer)
            self._muted.discard(writer)
            for end in (writer, target_writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        while data := await reader.read(65536):
            if client not in self._muted:
                target.write(data)
                await target.drain()

    async def _replies(self, target: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while data := await target.read(65536):
            if self.replies_to_lose:
                self.replies_to_lose -= 1
                return
            if client not in self._muted:
                client.write(data)
                await client.drain()
