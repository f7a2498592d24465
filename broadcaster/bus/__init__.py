"""Two implementations of the bus: Redis for several processes, an embedded one for a single one."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model.ports import Bus


def open_bus(redis_url: str | None, data_dir: Path) -> AbstractAsyncContextManager[Bus]:
    """The bus this process uses, not yet entered.

    Entering does not wait for Redis: call `ping` to learn whether it answers.

    Args:
        redis_url: `redis://`, `rediss://` or `unix://`; None for the embedded bus.
        data_dir: where the embedded bus keeps `bus.sqlite3`.

    Raises:
        BusUnavailable: `redis_url` is not a Redis URL. Entering raises it too, if the database
            file cannot be opened.
    """
    if redis_url is None:
        return EmbeddedBus(data_dir / "bus.sqlite3")
    from broadcaster.bus.redis.bus import RedisBus

    return RedisBus(redis_url)
