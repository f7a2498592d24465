"""The embedded bus while its disk is full, locked or damaged: everything is delivered."""

import asyncio
import json
import sys
import threading
from pathlib import Path

import pytest

from broadcaster.bus import embedded_streams, write_queue
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.store_health import LATELY_S, StoreHealth
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.ports import Record
from tests.bus.databases import (
    damage_page_in_the_middle,
    locked,
    make_database,
)
from tests.bus.helpers import collect, soon, take, until
from tests.support.clock import FakeClock
from tests.support.tasks import background_task

FULL_DISK = """
import asyncio, json, resource, sys
from pathlib import Path
from broadcaster.bus.embedded import EmbeddedBus

async def serve():
    path = Path(sys.argv[1])
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    seen = []

    async def follow(bus):
        async for entry in bus.follow("s"):
            seen.append(entry.payload.decode())

    async def until(condition):
        while not condition():
            await asyncio.sleep(0.01)

    async with EmbeddedBus(path) as bus:
        following = asyncio.create_task(follow(bus))
        await bus.append("s", b"before")
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # every write fails from here on
        for number in range(5):
            await bus.append("s", b"full %d" % number)
        version = await bus.put("r", b"full", expected_version=0)
        await until(lambda: len(seen) == 6)
        full = bus.store_status()
        past = [entry.payload.decode() for entry in await bus.read("s")]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await until(lambda: not bus.store_status().waiting)
        await bus.probe()
        again = bus.store_status()
        await bus.append("s", b"after")
        await until(lambda: len(seen) == 7)
        following.cancel()
    print(json.dumps({
        "seen": seen, "past": past, "version": version,
        "full": [full.ready, full.message, full.waiting, full.lost],
        "again": [again.ready, again.waiting, again.lost],
    }))

asyncio.run(serve())
"""


async def test_a_full_disk_delivers_and_stores_when_there_is_space_again(tmp_path: Path) -> None:
    """The limit of the size of files is the only full disk that every user can make."""
    path = tmp_path / "bus.sqlite3"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FULL_DISK, str(path)), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await soon(child.communicate())
    told = json.loads(output)
    captions = ["before", *(f"full {number}" for number in range(5)), "after"]
    assert told["seen"] == captions
    assert told["past"] == captions[:-1]
    assert told["version"] == 1
    ready, message, waiting, lost = told["full"]
    assert not ready
    assert "bus.sqlite3" in message
    assert (waiting, lost) == (6, 0)
    assert told["again"] == [True, 0, 0]
    async with EmbeddedBus(path) as bus:
        assert [entry.payload.decode() for entry in await bus.read("s")] == captions
        assert await bus.get("r") == Record(b"full", 1)


async def test_a_locked_file_delivers_and_stores_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    seen: list[bytes] = []
    async with EmbeddedBus(path) as bus:
        async with background_task(collect(bus.follow("s"), seen), "follow"):
            async with locked(path):
                for number in range(10):
                    await soon(bus.append("s", b"%d" % number))
                assert await soon(bus.put("r", b"changed")) == 1
                await until(lambda: len(seen) == 10)
                await until(lambda: "has locked the database" in bus.store_status().message)
                with pytest.raises(BusUnavailable, match="has locked the database"):
                    await bus.probe()
                assert not bus.store_status().ready
                assert bus.store_status().waiting == 11
            await until(lambda: not bus.store_status().waiting)
            await bus.probe()
            assert bus.store_status().ready
        assert seen == [b"%d" % number for number in range(10)]
    async with EmbeddedBus(path) as bus:
        assert [entry.payload for entry in await bus.read("s")] == seen
        assert await bus.get("r") == Record(b"changed", 1)


async def test_a_damaged_file_delivers(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    await asyncio.to_thread(make_database, path)
    seen: list[bytes] = []
    async with EmbeddedBus(path) as bus:
        newest = (await bus.read("s", limit=10_000))[-1].id
        async with background_task(collect(bus.follow("s", newest), seen), "follow"):
            await asyncio.to_thread(damage_page_in_the_middle, path)
            await bus.append("s", b"live")
            assert await bus.put("event.talk", b"paused", expected_version=3) == 4
            await until(lambda: seen == [b"live"])
            late = await take(bus.follow("s", newest), 1)
            assert [entry.payload for entry in late] == [b"live"]
            assert await bus.get("event.talk") == Record(b"paused", 4)


async def test_records_are_checked_while_the_store_fails(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus, locked(path):
        assert await bus.put("r", b"1", expected_version=0) == 1
        with pytest.raises(VersionConflict):
            await bus.put("r", b"2", expected_version=0)
        assert await bus.put("r", b"2", expected_version=1) == 2
        assert bus.store_status().waiting == 1, "a newer version replaces the one that waits"
        assert await take(bus.watch("r"), 1) == [Record(b"2", 2)]


async def test_what_waits_is_bounded_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "MOST_ENTRIES", 5)
    monkeypatch.setattr(embedded_streams, "KEPT_ENTRIES", 3)
    path = tmp_path / "bus.sqlite3"
    seen: list[bytes] = []
    numbers = [b"%d" % number for number in range(20)]
    async with EmbeddedBus(path) as bus:
        async with background_task(collect(bus.follow("s"), seen), "follow"):
            async with locked(path):
                for number in numbers:
                    await bus.append("s", number)
                    await until(lambda number=number: seen[-1:] == [number])  # type: ignore[misc]
                assert bus.store_status().waiting == 5
                assert bus.store_status().lost == 15
                assert [entry.payload for entry in await bus.read("s")] == numbers[-5:]
            await until(lambda: not bus.store_status().waiting)
        assert seen == numbers
        assert [entry.payload for entry in await bus.read("s")] == numbers[-5:]


async def test_an_orderly_end_stores_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus:
        async with locked(path):
            await bus.append("s", b"1")
            await bus.put("r", b"1")
            assert bus.store_status().waiting == 2
    async with EmbeddedBus(path) as bus:
        assert [entry.payload for entry in await bus.read("s")] == [b"1"]
        assert await bus.get("r") == Record(b"1", 1)


async def test_an_end_while_it_fails_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(write_queue, "CLOSE_S", 0.1)
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path):
        pass
    async with locked(path):
        async with EmbeddedBus(path) as bus:
            assert not bus.store_status().ready
            await bus.append("s", b"spoken words")
    assert "did not take before the end: 1" in caplog.text
    assert "spoken" not in caplog.text


async def test_a_cancelled_write_is_made_and_announced(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    seen: list[bytes] = []
    async with EmbeddedBus(path) as bus:
        async with background_task(collect(bus.follow("s"), seen), "follow"):
            async with locked(path):
                writing = asyncio.create_task(bus.append("s", b"1"))
                await until(lambda: bus.store_status().waiting == 1)
                writing.cancel()
                await until(lambda: seen == [b"1"])
            await until(lambda: not bus.store_status().waiting)


async def test_a_disk_that_hangs_delays_only_the_first(tmp_path: Path) -> None:
    seen: list[bytes] = []
    disk = threading.Event()
    async with EmbeddedBus(tmp_path / "bus.sqlite3") as bus:
        database = bus._parts.store._database
        async with (
            background_task(collect(bus.follow("s"), seen), "follow"),
            background_task(database._execute(disk.wait), "hang"),  # type: ignore[no-untyped-call]
        ):
            await until(database._tx.empty)
            for number in range(5):
                await bus.append("s", b"%d" % number)
                assert bus._parts.writes.failing, "no caller waits for the disk"
            await until(lambda: len(seen) == 5)
            assert bus.store_status().waiting == 5
            disk.set()
            await until(lambda: not bus.store_status().waiting)
            assert not bus._parts.writes.failing


def test_each_reason_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    health = StoreHealth(FakeClock())
    for _ in range(10):
        health.fails(BusUnavailable("it is full"))
        health.fails(BusUnavailable("it is locked"))
    assert len(caplog.records) == 2
    health.works()
    assert len(caplog.records) == 3
    health.fails(BusUnavailable("it is full"))
    assert len(caplog.records) == 4


def test_a_store_that_is_silent_is_not_ready() -> None:
    clock = FakeClock()
    health = StoreHealth(clock)
    assert not health.status().ready
    health.works()
    assert health.status().ready
    clock.pass_time(LATELY_S + 1)
    status = health.status()
    assert not status.ready
    assert "has not answered lately" in status.message
    health.fails(BusUnavailable("it is full", hint="Make space."))
    assert (health.status().message, health.status().hint) == ("it is full", "Make space.")
    health.works()
    assert health.status().ready
    assert health.status().errors == 1
