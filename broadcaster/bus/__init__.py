"""Two implementations of the bus: Redis for several processes, an embedded one for a single one."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from broadcaster.bus import folder_lock, sqlite_faults
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained.files import RetainedFiles
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Bus

DATABASE = "bus.sqlite3"
"""File of the embedded bus in the data folder."""
RETAINED = "retained"
"""Folder there, with the last minute of each floor while a server runs."""


def open_bus(redis_url: str | None, data_dir: Path) -> AbstractAsyncContextManager[Bus]:
    """The bus this process uses, not yet entered.

    Entering does not wait for Redis: call `probe` to learn whether it answers.

    Args:
        redis_url: `redis://`, `rediss://` or `unix://`; None for the embedded bus.
        data_dir: where the embedded bus keeps `bus.sqlite3` and the folder `retained`. It is
            locked, see `folder_lock`.

    Raises:
        BusUnavailable: `redis_url` is not a Redis URL. Entering raises it too, if the database
            file cannot be opened.
        DataFolderInUse: another server uses the folder; raised on entering.
    """
    if redis_url is None:
        return _embedded(data_dir)
    from broadcaster.bus.redis.bus import RedisBus

    return RedisBus(redis_url)


@asynccontextmanager
async def _embedded(data_dir: Path) -> AsyncIterator[EmbeddedBus]:
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(folder_lock.locked(data_dir))
        except OSError as error:
            raise sqlite_faults.explain(data_dir / DATABASE, error) from error
        clock = SystemClock()
        kept = RetainedFiles(data_dir / RETAINED, clock)
        bus = EmbeddedBus(data_dir / DATABASE, clock=clock, kept=kept)
        yield await stack.enter_async_context(bus)
