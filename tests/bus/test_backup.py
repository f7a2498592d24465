"""Backups are whole and checked, or not there at all."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from broadcaster.bus import DATABASE, open_bus
from broadcaster.bus.backup import BackupRefused, back_up, restore
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.folder_lock import DataFolderInUse
from broadcaster.model.ports import Record
from tests.bus import databases
from tests.bus.databases import Damage, make_database
from tests.support.tasks import background_task

NOW = datetime(2026, 5, 4, 9, 30, 0).astimezone()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_backup_of_a_server_that_writes_is_whole(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "copy.sqlite3"
    async with open_bus(None, data) as bus:
        await bus.put("event.talk", b"a talk")
        for number in range(200):
            await bus.append("s", b"%d" % number)

        async def write() -> None:
            while True:
                await bus.append("more", bytes(1000))

        async with background_task(write(), "write"):
            contents = await asyncio.to_thread(back_up, data / DATABASE, target)
        after = await bus.append("s", b"not in it")
    assert files(tmp_path) == {"data", "copy.sqlite3"}
    assert target.stat().st_mode & 0o077 == 0, "it holds the speakers' keys"
    assert contents.events == 1
    assert contents.caption_versions >= 200
    assert contents.bytes == target.stat().st_size
    async with EmbeddedBus(target) as copy:
        assert await copy.get("event.talk") == Record(b"a talk", 1)
        entries = await copy.read("s", limit=1_000)
    assert [int(entry.payload) for entry in entries] == list(range(200))
    assert after not in {entry.id for entry in entries}


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    make_database(tmp_path / "bus.sqlite3")
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(tmp_path / "bus.sqlite3", target)
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(tmp_path / "bus.sqlite3", tmp_path / "bus.sqlite3")
    assert target.read_text() == "precious"


def test_a_backup_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no database at") as caught:
        back_up(tmp_path / "bus.sqlite3", tmp_path / "copy")
    assert "BROADCASTER_DATA_DIR" in caught.value.hint
    assert not files(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        databases.damage_header,
        databases.damage_page_in_the_middle,
        databases.cut_in_half,
        databases.empty,
    ],
)
def test_no_backup_is_made_of_a_damaged_database(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "data" / "bus.sqlite3"
    path.parent.mkdir()
    make_database(path)
    damage(path)
    with pytest.raises(BackupRefused) as caught:
        back_up(path, tmp_path / "copy")
    assert caught.value.hint
    assert files(tmp_path) == {"data"}, "no half copy is left"


def test_what_an_interrupted_backup_left_is_no_obstacle(tmp_path: Path) -> None:
    make_database(tmp_path / "bus.sqlite3")
    (tmp_path / "copy.unfinished").write_bytes(b"half a copy")
    assert back_up(tmp_path / "bus.sqlite3", tmp_path / "copy").events == 1
    assert "copy.unfinished" not in files(tmp_path)


async def test_a_restored_backup_is_what_the_server_has(tmp_path: Path) -> None:
    data, saved = tmp_path / "data", tmp_path / "saved"
    async with open_bus(None, data) as bus:
        await bus.put("event.talk", b"as saved")
        await bus.append("s", b"1")
        await asyncio.to_thread(back_up, data / DATABASE, saved)
        await bus.put("event.talk", b"later")
        await bus.append("s", b"2")
        with pytest.raises(DataFolderInUse, match="pid"):
            await asyncio.to_thread(restore, saved, data / DATABASE, NOW)
    contents, replaced = await asyncio.to_thread(restore, saved, data / DATABASE, NOW)
    assert contents.events == 1
    assert replaced == data / "bus.sqlite3.replaced-20260504-093000"
    async with open_bus(None, data) as bus:
        assert await bus.get("event.talk") == Record(b"as saved", 1)
        assert [entry.payload for entry in await bus.read("s")] == [b"1"]
    async with EmbeddedBus(replaced) as before:
        assert await before.get("event.talk") == Record(b"later", 2)
        assert len(await before.read("s")) == 2


async def test_the_log_of_a_killed_server_stays_with_its_database(tmp_path: Path) -> None:
    data, saved = tmp_path / "data", tmp_path / "saved"
    async with open_bus(None, data) as bus:
        await bus.append("s", b"1")
        await asyncio.to_thread(back_up, data / DATABASE, saved)
        await bus.append("s", b"2")
        killed = tmp_path / "killed"
        await asyncio.to_thread(shutil.copytree, data, killed)
    assert (killed / "bus.sqlite3-wal").stat().st_size
    _, replaced = await asyncio.to_thread(restore, saved, killed / DATABASE, NOW)
    assert replaced is not None
    assert files(killed) == {
        "server.lock",
        "bus.sqlite3",
        replaced.name,
        f"{replaced.name}-wal",
    }
    async with EmbeddedBus(killed / DATABASE) as bus:
        assert [entry.payload for entry in await bus.read("s")] == [b"1"]
    async with EmbeddedBus(replaced) as before:
        assert [entry.payload for entry in await before.read("s")] == [b"1", b"2"]


async def test_a_plain_copy_with_its_log_is_restored_whole(tmp_path: Path) -> None:
    data, copied = tmp_path / "data", tmp_path / "copied"
    async with open_bus(None, data) as bus:
        await bus.append("s", b"1")
        await asyncio.to_thread(shutil.copytree, data, copied)
    new = tmp_path / "new" / DATABASE
    contents, _ = await asyncio.to_thread(restore, copied / DATABASE, new, NOW)
    assert contents.caption_versions == 1
    assert files(tmp_path / "new") == {"server.lock", "bus.sqlite3"}


def no_database(path: Path) -> None:
    path.write_text("an essay")


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE contacts (name TEXT)")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (databases.damage_page_in_the_middle, "is damaged"),
        (databases.cut_in_half, "is damaged"),
        (databases.cut_within_a_page, "is damaged"),
        (databases.empty, "not a database of the broadcaster"),
        (databases.become_newer, "newer version"),
        (no_database, "is damaged"),
        (of_another_program, "not a database of the broadcaster"),
        (Path.unlink, "there is no file"),
        (databases.become_a_folder, "there is no file"),
    ],
)
def test_what_is_not_sound_is_not_restored(
    tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    database, saved = tmp_path / "data" / DATABASE, tmp_path / "saved"
    database.parent.mkdir()
    make_database(database, entries=10)
    make_database(saved)
    damage(saved)
    before = database.read_bytes()
    with pytest.raises(BackupRefused, match=message) as caught:
        restore(saved, database, NOW)
    assert caught.value.hint
    assert database.read_bytes() == before
    assert files(database.parent) <= {"server.lock", "bus.sqlite3"}


def test_the_database_is_no_backup_of_itself(tmp_path: Path) -> None:
    make_database(tmp_path / DATABASE)
    with pytest.raises(BackupRefused, match="is the database itself"):
        restore(tmp_path / DATABASE, tmp_path / DATABASE, NOW)


def test_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    make_database(tmp_path / "saved")
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / DATABASE
    database.write_bytes(b"damaged")
    _, replaced = restore(tmp_path / "saved", database, NOW)
    assert replaced is not None
    assert replaced.read_bytes() == b"damaged"
