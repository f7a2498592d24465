"""Readers get captions while the database is locked or damaged."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.bus.databases import damage_page_in_the_middle, locked
from tests.edge.captions import reading
from tests.edge.conftest import EVENT, serving
from tests.support.deadline import deadline

PAST = 300
"""More than one page of a reader, and many pages of the file."""


@asynccontextmanager
async def damaged(path: Path) -> AsyncIterator[None]:
    await asyncio.to_thread(damage_page_in_the_middle, path)
    yield


async def fill(path: Path) -> None:
    """Captions of an earlier process, which only the file has."""
    async with EmbeddedBus(path) as bus:
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        for number in range(PAST):
            caption = Caption(f"es-{number}", "es", number, number, "Agua. " * 10, final=True)
            await bus.append(keys.captions("talk", "es"), caption.to_json())


@pytest.mark.parametrize("fault", [locked, damaged])
async def test_captions_go_on(
    tmp_path: Path, fault: Callable[[Path], AbstractAsyncContextManager[None]]
) -> None:
    path = tmp_path / "bus.sqlite3"
    await fill(path)
    async with EmbeddedBus(path) as bus, serving(bus) as edge:
        async with reading(edge) as early:
            for _ in range(PAST):
                await early.caption()
            async with fault(path):
                last_id = ""
                for number in (1000, 1001, 1002):
                    last_id = await edge.caption(number, f"Frase {number}")
                    assert (await early.caption())[1]["text"] == f"Frase {number}"
                async with reading(edge, "?from=live") as live:
                    await live.event()
                    await edge.caption(1003, "Frase 1003")
                    assert (await live.caption())[1]["text"] == "Frase 1003"
                async with reading(edge, Last_Event_ID=last_id) as again:
                    assert (await again.caption())[1]["text"] == "Frase 1003"


async def test_a_reader_gets_the_captions_of_a_channel_whose_past_cannot_be_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bus.sqlite3"
    await fill(path)
    async with EmbeddedBus(path) as bus, serving(bus) as edge:
        await asyncio.to_thread(damage_page_in_the_middle, path)
        await edge.caption(1000, "Frase 1000")
        async with reading(edge) as reader:
            assert (await reader.caption())[1]["text"] == "Frase 1000"
            await edge.caption(1001, "Frase 1001")
            assert (await reader.caption())[1]["text"] == "Frase 1001"


async def test_readyz_tells_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus, serving(bus) as edge:
        await edge.put(EVENT)
        async with locked(path):
            await edge.caption(1, "Hola")
            async with deadline():
                while bus.store_status().ready:
                    await asyncio.sleep(0.05)
            await edge.refuses("/readyz", 503, "bus_unavailable")
            async with edge.http.get("/healthz") as answer:
                assert answer.status == 200, "the process itself is well"
        async with deadline():
            while bus.store_status().waiting:
                await asyncio.sleep(0.05)
        await bus.probe()
        async with edge.http.get("/readyz") as answer:
            assert answer.status == 200
