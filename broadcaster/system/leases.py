"""Work that one process of all does: the one that has a lease."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from logging import Logger
from typing import Any, Protocol

from broadcaster.system.backoff import Backoff
from broadcaster.system.tasks import first_of


class LeaseHeld(Protocol):
    """A lease of the bus, as far as it matters here."""

    async def lost(self) -> None:
        """Return when another process may hold it."""


async def work_with_lease(
    lease: Callable[[], AbstractAsyncContextManager[LeaseHeld]],
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    wanted: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]],
    log: Logger,
    what: str,
) -> None:
    """Do some work while this process has its lease, and start again after an error of ours.

    Args:
        lease: waits for it, and holds it in its context.
        work: is begun whenever the lease is held, and cancelled when it is lost.
        wanted: whether to go on when the work has ended, or the lease was lost.
        sleep: waits for some seconds.
        log: is told of an error of the work.
        what: names the work there and in its tasks; a noun.
    """
    backoff = Backoff(1.0, 30.0, sleep=sleep)
    while wanted():
        try:
            async with lease() as held:
                await first_of(work(), held.lost(), name=what)
        except Exception:
            log.exception("%s failed", what)
            await backoff.wait()
