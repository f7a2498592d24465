"""Processes of the broadcaster that are started again whenever they end, as systemd does it."""

import signal
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from tests.support.deadline import deadline
from tests.support.ports import free_port
from tests.support.processes import Process, broadcaster


class Server:
    """A process with some roles, on a port of its own.

    Args:
        folder: for its data.
        roles: it runs these; all without any.
        settings: of its environment.
    """

    def __init__(self, folder: Path, *roles: str, **settings: str) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self._roles = roles
        self._settings = {**settings, "port": self.url.rpartition(":")[2]}
        self._stack = AsyncExitStack()
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The process that runs."""
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        """Its id."""
        return self.process.process.pid

    async def start(self) -> None:
        """Start it and wait until it serves."""
        _, self._process = await self._stack.enter_async_context(
            broadcaster(self.folder, *self._roles, **self._settings)
        )

    async def kill(self) -> None:
        """End it at once, as a crash would, and start it again."""
        self.process.process.kill()
        await self._ended()
        await self.start()

    async def terminate(self) -> None:
        """Ask it to end, and start it again when it has."""
        self.process.process.terminate()
        await self._ended()
        await self.start()

    async def terminate_twice(self) -> None:
        """Ask it to end, ask again while it stops, and start it again when it has ended."""
        self.process.process.send_signal(signal.SIGINT)
        await self.process.line("Stopping")
        with suppress(ProcessLookupError):
            self.process.process.send_signal(signal.SIGINT)
        await self._ended()
        await self.start()

    async def replace(self) -> None:
        """Ask it to end, and start the next one on its folder and port while it stops."""
        stopping, self._stack = self._stack, AsyncExitStack()
        before = self.process.process
        before.terminate()
        try:
            await self.start()
            async with deadline():
                assert await before.wait() == 0
        finally:
            await stopping.aclose()

    async def stop(self) -> None:
        """End it for good."""
        await self._stack.aclose()
        self._process = None

    async def _ended(self) -> None:
        async with deadline():
            await self.process.process.wait()
        await self.stop()
