"""Tests in virtual time: an event loop whose clock jumps to the next timer when nothing runs.

A minute of sleeping takes no real time, and the load of the machine does not matter. The clock
stands still while work goes on that the loop cannot see: in a thread of an executor, in the
database thread of `VirtualTimeBus`, or in anything inside `outside_work`. Sockets between two ends
in this process work too: what one end sends is there for the other at once.
"""

import asyncio
import selectors
from collections.abc import Callable, Collection, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple, Unpack

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.model.ports import Entry, Record

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

GRACE_S = 0.001
"""Real time that data on a socket may take before the clock jumps."""


BEGIN_MS = 1_700_000_000_000
"""Unix time at which virtual time begins."""
ROUNDING_S = 1e-9
"""Added to each jump, so that rounding cannot leave the clock just before a deadline forever."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with its own clock, which starts at 0."""

    def __init__(self) -> None:
        self._now = 0.0
        self._work_outside = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Seconds of virtual time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass at once, as when the machine was asleep."""
        self._now += seconds

    @property
    def works_outside(self) -> bool:
        """Whether something goes on that the loop cannot see."""
        return self._work_outside > 0

    @contextmanager
    def outside_work(self) -> Iterator[None]:
        """The clock stands still inside this context."""
        self._work_outside += 1
        try:
            yield
        finally:
            self._work_outside -= 1

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Arguments]], T],
        *args: *Arguments,
    ) -> asyncio.Future[T]:
        """As in any loop; the clock stands still until the function has returned."""
        self._work_outside += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _future: asyncio.Future[Any]) -> None:
        self._work_outside -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timer, it moves the clock of its loop."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self._loop.works_outside:
            return super().select(None)
        sockets = len(self.get_map()) > 1  # besides the loop's own, by which threads wake it
        ready = super().select(GRACE_S) if sockets else []
        if not ready:
            self._loop.advance(timeout + ROUNDING_S)
        return ready


class LoopClock:
    """The clock of the running loop, virtual or not; see `ports.Clock`."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now_ms(self) -> int:
        return BEGIN_MS + int(self.monotonic() * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class VirtualTimeBus(EmbeddedBus):
    """The embedded bus; virtual time stands still while its database thread works.

    Args:
        kept: see `EmbeddedBus`.
        database: its file; None for one in memory.
    """

    def __init__(self, kept: RetainedFiles | None = None, database: Path | None = None) -> None:
        super().__init__(database, clock=LoopClock(), kept=kept)

    async def __aenter__(self) -> Self:
        with outside_work():
            return await super().__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with outside_work():
            await super().__aexit__(kind, error, trace)

    async def probe(self) -> None:
        with outside_work():
            await super().probe()

    async def append(self, stream: str, payload: bytes) -> str:
        with outside_work():
            return await super().append(stream, payload)

    async def read(self, stream: str, after_id: str = "", limit: int = 1000) -> list[Entry]:
        with outside_work():
            return await super().read(stream, after_id, limit)

    async def latest(self, stream: str, limit: int) -> list[Entry]:
        with outside_work():
            return await super().latest(stream, limit)

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        with outside_work():
            return await super().put(record, value, expected_version)

    async def get(self, record: str) -> Record | None:
        with outside_work():
            return await super().get(record)

    async def erase(self, *, records: Collection[str], streams: str, retained: str) -> None:
        with outside_work():
            await super().erase(records=records, streams=streams, retained=retained)

    async def records(self, prefix: str) -> list[str]:
        with outside_work():
            return await super().records(prefix)


def outside_work() -> AbstractContextManager[None]:
    """The virtual clock stands still inside this context; in an ordinary loop it does nothing."""
    loop = asyncio.get_running_loop()
    return loop.outside_work() if isinstance(loop, VirtualTimeLoop) else nullcontext()


def advance(seconds: float) -> None:
    """Let virtual time pass at once, as when the machine was asleep."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    loop.advance(seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
