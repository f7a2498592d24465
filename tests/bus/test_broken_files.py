"""A database file that cannot be used is refused at the start, with the way out in words."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import pytest

from broadcaster.bus import sqlite_faults
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.sqlite_faults import StoreUnusable
from broadcaster.errors import BusUnavailable
from tests.bus import databases
from tests.bus.databases import Damage, make_database
from tests.support.deadline import DEADLINE_S

BROKEN: list[tuple[Damage, str, str]] = [
    (databases.damage_header, "is damaged", "broadcaster restore FILE"),
    (databases.damage_page_in_the_middle, "is damaged", "broadcaster restore FILE"),
    (databases.cut_in_half, "is damaged", "broadcaster restore FILE"),
    (databases.cut_within_a_page, "is damaged", "broadcaster restore FILE"),
    (databases.empty, "has no content", "remove the file"),
    (databases.become_a_folder, "is a folder", "BROADCASTER_DATA_DIR"),
    (databases.become_newer, "a newer version", "Install that version"),
]
"""The damage done to a file, and parts of message and hint."""

broken = pytest.mark.parametrize(
    ("damage", "message", "hint"), BROKEN, ids=[one[0].__name__ for one in BROKEN]
)


@broken
async def test_a_broken_file_is_refused(
    tmp_path: Path, damage: Damage, message: str, hint: str
) -> None:
    path = tmp_path / "bus.sqlite3"
    await asyncio.to_thread(make_database, path)
    await asyncio.to_thread(damage, path)
    before = b"" if path.is_dir() else path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"bus\.sqlite3") as caught:
        async with EmbeddedBus(path):
            pass
    assert message in caught.value.message
    assert hint in caught.value.hint
    if not path.is_dir():
        assert path.read_bytes() == before, "nothing was changed"


async def test_a_sound_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    await asyncio.to_thread(make_database, path)
    async with EmbeddedBus(path) as bus:
        assert bus.store_status().ready
        assert await bus.records("") == ["event.talk", "spent.talk"]
        assert len(await bus.read("s", limit=10_000)) == 1_999
        free_bytes = bus.store_status().free_bytes
    assert free_bytes is not None
    assert free_bytes > 0


@pytest.mark.parametrize("damage", [databases.damage_header, databases.damage_page_in_the_middle])
async def test_damage_while_it_is_open_is_noticed(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "bus.sqlite3"
    await asyncio.to_thread(make_database, path)
    async with EmbeddedBus(path) as bus:
        bus._parts.probe._check_at_s = 0.0  # type: ignore[union-attr]  # the next check is due
        await asyncio.to_thread(damage, path)
        with pytest.raises(StoreUnusable):
            await bus.probe()
        status = bus.store_status()
        assert not status.ready
        assert "is damaged" in status.message
        assert "broadcaster restore" in status.hint
        assert status.errors >= 1


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_was_moved_away_is_noticed(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "bus.sqlite3"
    async with EmbeddedBus(path) as bus:
        await bus.put("r", b"1")
        path.rename(tmp_path / "elsewhere")
        if replaced:
            await asyncio.to_thread(make_database, path)
        with pytest.raises(StoreUnusable, match="moved, removed or replaced"):
            await bus.probe()
        assert not bus.store_status().ready
        if not replaced:
            assert not path.exists(), "a probe makes no new database"


READ_ONLY = """
import asyncio, os, sys
from pathlib import Path
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.sqlite_faults import StoreUnusable
from broadcaster.bus.sqlite_faults import StoreUnusable

async def serve():
    async with EmbeddedBus(Path(sys.argv[1])):
        pass

asyncio.run(asyncio.to_thread(int))  # imports what another user may not read
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write to everything
try:
    asyncio.run(serve())
except StoreUnusable as error:
    print(error.advice())
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may look into; pytest's own are private."""
    folder = Path(mkdtemp(prefix="broadcaster-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555)])
def test_a_file_that_may_only_be_read_is_refused(
    open_folder: Path, file_mode: int, folder_mode: int
) -> None:
    path = open_folder / "bus.sqlite3"
    make_database(path)
    path.chmod(file_mode)
    open_folder.chmod(folder_mode)
    answer = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    open_folder.chmod(0o755)
    assert "cannot be opened for writing" in answer.stdout, answer.stderr
    assert "Allow this user to write" in answer.stdout


def test_each_fault_of_sqlite_has_its_own_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    make_database(path)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        [pages] = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.Error) as full:
            database.execute("CREATE TABLE more AS SELECT randomblob(1000000)")
        with databases.locked_by_another_connection(path):
            with pytest.raises(sqlite3.Error) as locked:
                database.execute("BEGIN IMMEDIATE")
    fault = sqlite_faults.explain(path, full.value)
    assert "no space left" in fault.message
    assert "Make space" in fault.hint
    assert not isinstance(fault, StoreUnusable), "it may pass by itself"
    fault = sqlite_faults.explain(path, locked.value)
    assert "another program has locked" in fault.message
    assert not isinstance(fault, StoreUnusable)
    fault = sqlite_faults.explain(path, OSError(28, os.strerror(28)))
    assert "no space left" in fault.message
    assert type(fault) is BusUnavailable


async def test_a_failed_first_start_leaves_no_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    (tmp_path / "bus.sqlite3-wal").mkdir()  # SQLite cannot make its log
    with pytest.raises(BusUnavailable):
        async with EmbeddedBus(path):
            pass
    assert not path.exists() or path.stat().st_size
