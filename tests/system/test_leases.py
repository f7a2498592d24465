"""Work with a lease: begun when it is held, again when it was lost or has failed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from broadcaster.system.leases import work_with_lease
from tests.support import virtual_time

log = logging.getLogger("test")


class Lent:
    """A lease that is lost after some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def lost(self) -> None:
        await asyncio.sleep(self._seconds)


def test_work_begins_again_until_it_is_not_wanted(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    @asynccontextmanager
    async def lease() -> AsyncIterator[Lent]:
        told.append("held")
        yield Lent(10)
        told.append("given back")

    async def work() -> None:
        number = told.count("held")
        if number == 2:
            raise ValueError("a mistake of ours")
        await asyncio.sleep(1 if number == 3 else 100)
        told.append("done")

    async def run() -> None:
        await work_with_lease(
            lease,
            work,
            wanted=lambda: "done" not in told,
            sleep=asyncio.sleep,
            log=log,
            what="the test",
        )

    virtual_time.run(run())
    assert told == ["held", "given back", "held", "held", "done", "given back"]
    assert "the test failed" in caplog.text
