"""Worker processes of the server.

A worker ends when its standard input does, and with the server however that ends.
"""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

from broadcaster.rehearsal.patience import Patience, cpu_s_of
from broadcaster.system.child_process import start_child

T = TypeVar("T")

LOOK_EVERY_S = 0.5
"""Interval at which a worker that owes an answer is looked at."""
_EXIT_S = 2.0


class WorkerFailed(Exception):
    """A worker process ended or does not answer."""


class WorkerProcess:
    """A running worker that reads standard input and answers on standard output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self.input = process.stdin
        self.output = process.stdout

    @classmethod
    async def start(cls, *command: str) -> Self:
        """Run a program with pipes."""
        pipe = asyncio.subprocess.PIPE
        return cls(await start_child(command, stdin=pipe, stdout=pipe))

    @classmethod
    async def start_module(cls, module: str, *arguments: str) -> Self:
        """Run a Python module."""
        return await cls.start(sys.executable, "-m", module, *arguments)

    async def patiently(self, answer: Awaitable[T]) -> T:
        """Wait for an answer as long as the worker works on it.

        Args:
            answer: returns when the worker has answered; cancelled if it does not.

        Raises:
            TimeoutError: the worker hangs.
        """
        now_s = asyncio.get_running_loop().time
        waiting = asyncio.ensure_future(answer)
        patience: Patience | None = None
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK_EVERY_S))[0]:
                cpu_s = await asyncio.to_thread(cpu_s_of, self._process.pid)
                patience = patience or Patience(now_s(), cpu_s)
                if patience.is_over(now_s(), cpu_s):
                    raise TimeoutError
            return waiting.result()
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def close(self) -> None:
        """Close the worker's input and wait for its end; kill it if that takes too long."""
        self.input.close()
        try:
            async with asyncio.timeout(_EXIT_S):
                while await self.output.read(65536):
                    pass
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End the worker at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
