"""Captions on their way to the durable stream."""

import asyncio
import logging

import pytest

from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from tests.support.virtual_time import VirtualTimeBus


class StuckBus(VirtualTimeBus):
    """Never says that it has taken an entry."""

    async def append(self, stream: str, payload: bytes) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError(stream, payload)


async def write_captions(bus: Bus) -> None:
    captions = CaptionWriter("talk", "en", bus)
    async with captions.writing(lambda: 3_000):
        captions.push_text("Good morning everybody.", 1_000)
        captions.push_text(" The well is dry.", 2_000)


async def test_the_log_counts_the_captions_that_a_stuck_bus_did_not_take(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with VirtualTimeBus() as bus:
        await write_captions(bus)
        written = len(await bus.read(keys.captions("talk", "en")))
    assert written > 1
    assert not caplog.records
    async with StuckBus() as bus:
        await write_captions(bus)
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.args == (written,)
