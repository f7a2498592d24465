"""The interpreter of rehearsals: the rehearsal server, in a process that runs while it is needed.

Booths of a rehearsal are as all others, but their provider is this server. So a rehearsal needs no
key and costs nothing.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.errors import BroadcasterError
from broadcaster.model.event import EngineKind
from broadcaster.realtime.session_events import Usage
from broadcaster.system.child_process import child
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

START_S = 60.0
LINGER_S = 120.0
"""The server ends when no booth has asked for it for this long; a rehearsal is shorter."""
_LOOK_EVERY_S = 2.0
_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process, and the address that it serves or publishes to."""

    url: str
    process: asyncio.subprocess.Process

    async def until_ended(self) -> None:
        """Return when the process has ended."""
        await self.process.wait()


@asynccontextmanager
async def rehearsal_server() -> AsyncIterator[Running]:
    """Run the rehearsal server in a process of its own.

    Yields:
        The process, and its base URL for `realtime_url`.

    Raises:
        BroadcasterError: it did not start.
    """
    command = (sys.executable, "-m", "broadcaster.rehearsal", "--port", "0", "--quiet")
    async with child(command, stdout=asyncio.subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_S):
                line = await process.stdout.readline()
            port = json.loads(line)["port"]
        except (TimeoutError, ValueError):
            raise BroadcasterError(
                "the rehearsal interpreter did not start",
                hint="Run python -m broadcaster.rehearsal to see why.",
            ) from None
        yield Running(f"http://127.0.0.1:{port}/v1", process)


class RehearsedBooths:
    """Gives the booths of rehearsals what they work with.

    Args:
        dependencies: those of all other booths.
        engines_at: the rehearsal server's engines, by its base URL.
    """

    def __init__(
        self, dependencies: BoothDependencies, engines_at: Callable[[str], Engines]
    ) -> None:
        self._usual = dependencies
        self._clock = dependencies.clock
        self._engines_at = engines_at
        self._asked_at = 0.0
        self._wanted = asyncio.Event()
        self._ready = asyncio.Event()
        self._made = dependencies

    async def run(self) -> None:
        """Run the server whenever it is needed, until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                async with rehearsal_server() as server:
                    engines = await asyncio.to_thread(self._engines_at, server.url)
                    self._made = replace(self._usual, engines=engines, price=_nothing, fallbacks=())
                    self._ready.set()
                    await first_of(
                        server.until_ended(), self._until_unused(), name="rehearsal interpreter"
                    )
            except BroadcasterError as error:
                log.warning("a rehearsal waits: %s", error.advice())
                await self._clock.sleep(_RETRY_S)
            finally:
                self._ready.clear()

    async def dependencies(self) -> BoothDependencies:
        """The tools of a rehearsal's booth, once the server runs.

        Raises:
            TimeoutError: it did not start in time.
        """
        self._asked_at = self._clock.monotonic()
        self._wanted.set()
        async with asyncio.timeout(START_S):
            await self._ready.wait()
        return self._made

    async def _until_unused(self) -> None:
        while self._clock.monotonic() - self._asked_at < LINGER_S:
            await self._clock.sleep(_LOOK_EVERY_S)
        self._wanted.clear()


def _nothing(_engine: EngineKind, _sent_ms: int, _usage: Usage) -> float:
    """The price of a rehearsal."""
    return 0.0
