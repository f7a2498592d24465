"""Features of the embedded bus alone."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from broadcaster.bus import embedded_streams, sqlite_store
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.errors import BusUnavailable
from tests.bus.helpers import soon
from tests.support.clock import FakeClock

WRITER = """
import asyncio, sys
from pathlib import Path
from broadcaster.bus.embedded import EmbeddedBus

async def write():
    async with EmbeddedBus(Path(sys.argv[1])) as bus:
        for number in range(1_000_000):
            entry_id = await bus.append("s", b"%d" % number)
            version = await bus.put("r", b"%d" % number)
            print(entry_id, version, flush=True)

asyncio.run(write())
"""


async def test_nothing_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WRITER, str(path)), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    told = [(await soon(child.stdout.readline())).split() for _ in range(200)]
    child.send_signal(signal.SIGKILL)
    told += [line.split() for line in (await soon(child.stdout.read())).splitlines()]
    await soon(child.wait())

    async with EmbeddedBus(path) as bus:
        entries = await bus.read("s", limit=1_000_000)
        record = await bus.get("r")
    ids = [words[0].decode() for words in told]
    assert [entry.id for entry in entries][: len(ids)] == ids
    assert [int(entry.payload) for entry in entries] == list(range(len(entries)))
    assert record is not None
    assert record.version >= int(told[-1][1])


async def test_ids_grow_when_the_clock_steps_back(tmp_path: Path) -> None:
    clock = FakeClock()
    ids = []
    async with EmbeddedBus(None, clock=clock) as bus:
        for clock.seconds in (1.0, 1.0, 0.005, 2.0):
            ids.append(await bus.append("s", b""))
    assert ids == ["1000-0", "1000-1", "1000-2", "2000-0"]


async def test_a_stream_keeps_the_newest_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "MAX_STREAM_ENTRIES", 5)
    monkeypatch.setattr(sqlite_store, "_TRIM_EVERY", 10)
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus:
        await bus.append("another", b"stays")
        for number in range(20):
            await bus.append("s", b"%d" % number)
    async with EmbeddedBus(path) as bus:
        kept = [int(entry.payload) for entry in await bus.read("s")]
        assert kept == [15, 16, 17, 18, 19]
        assert len(await bus.read("another")) == 1


async def test_a_reader_passes_from_the_database_to_memory_without_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_streams, "KEPT_ENTRIES", 3)
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus:
        for number in range(10):
            await bus.append("s", b"%d" % number)
    async with EmbeddedBus(path) as bus:
        for number in range(10, 20):
            await bus.append("s", b"%d" % number)
        entries = await bus.read("s")
        assert [int(entry.payload) for entry in entries] == list(range(20))
        for limit in (1, 4, 18):
            after, seen = "", list[int]()
            while page := await bus.read("s", after, limit):
                assert len(page) <= limit
                after = page[-1].id
                seen += [int(entry.payload) for entry in page]
            assert seen == list(range(20))


async def test_streams_that_are_written_no_more_leave_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded_streams, "MOST_TAILS", 2)
    async with EmbeddedBus(None) as bus:
        for name in ("a", "b", "c", "a", "d"):
            await bus.append(name, name.encode())
        assert len(bus._parts.streams._tails) == 2
        for name, count in (("a", 2), ("b", 1), ("c", 1), ("d", 1)):
            assert len(await bus.read(name)) == count


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(BusUnavailable, match=r"bus\.sqlite3.*not a database") as caught:
        async with EmbeddedBus(path):
            pass
    assert caught.value.hint


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BusUnavailable, match=r"file/data/bus\.sqlite3"):
        async with EmbeddedBus(tmp_path / "file" / "data" / "bus.sqlite3"):
            pass


async def test_leases_are_handed_over_in_order() -> None:
    order: list[int] = []

    async def work(bus: EmbeddedBus, number: int) -> None:
        async with bus.lease("l"):
            order.append(number)
            await asyncio.sleep(0)

    async with EmbeddedBus(None) as bus, asyncio.TaskGroup() as workers:
        for number in range(5):
            workers.create_task(work(bus, number))
    assert order == [0, 1, 2, 3, 4]
