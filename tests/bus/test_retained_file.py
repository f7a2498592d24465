"""The last minute of a floor outlives a server without Redis that is killed."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.bus import open_bus
from broadcaster.bus.retained import FORGOTTEN_AFTER_S, MAX_RETAINED, RetainedFile, retained_file
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Retained
from tests.bus.helpers import soon
from tests.support.clock import FakeClock

SAMPLES = 4_800
SPEAKS = """
import asyncio, sys
from pathlib import Path
from broadcaster.bus import open_bus
from broadcaster.model.ports import Retained

async def speak():
    async with open_bus(None, Path(sys.argv[1])) as bus:
        for number in range(10):
            bus.retain("floor", Retained(4800 * number, b"%d" % number))
        print("spoken", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(speak())
"""


def killed(kept: RetainedFile) -> None:
    """Leave the file as a process does that is killed."""
    assert kept._memory is not None
    kept._memory.close()
    os.close(kept._file)


def message(number: int) -> Retained:
    return Retained(SAMPLES * number, b"%d" % number)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """The file of the server in this folder."""
    path = retained_file(tmp_path, SystemClock())._path
    yield path
    path.unlink(missing_ok=True)


async def speaker(folder: Path) -> asyncio.subprocess.Process:
    """A server that has retained ten messages."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SPEAKS, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert await soon(child.stdout.readline()) == b"spoken\n"
    return child


async def test_the_next_server_has_what_a_killed_one_retained(tmp_path: Path, file: Path) -> None:
    child = await speaker(tmp_path)
    assert (await asyncio.to_thread(file.stat)).st_mode & 0o077 == 0
    child.kill()
    await soon(child.wait())
    async with open_bus(None, tmp_path) as bus:
        assert await bus.retained("floor", 0) == [message(number) for number in range(10)]
        bus.retain("floor", message(10))
        assert len(await bus.retained("floor", 0)) == 11
    assert not await asyncio.to_thread(file.exists)


async def test_nothing_is_left_by_a_server_that_ends_in_order(tmp_path: Path, file: Path) -> None:
    child = await speaker(tmp_path)
    assert child.stdin is not None
    child.stdin.close()
    assert await soon(child.wait()) == 0
    assert not await asyncio.to_thread(file.exists)


def test_the_newest_messages_are_kept_over_several_ends(tmp_path: Path) -> None:
    count = 0
    for _ in range(3):
        kept = RetainedFile(tmp_path / "kept", FakeClock())
        left = kept.open()
        assert left == [("t", message(n)) for n in range(max(0, count - kept.SLOTS), count)]
        for _ in range(MAX_RETAINED * 2):
            kept.add("t", message(count))
            count += 1
        killed(kept)


def test_what_is_old_broken_or_too_long_is_left_out(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "kept"
    kept = RetainedFile(path, clock)
    kept.open()
    kept.add("t", message(0))
    clock.pass_time(FORGOTTEN_AFTER_S + 1)
    for number in range(1, 4):
        kept.add("t", message(number))
    kept.add("t", Retained(SAMPLES * 4, bytes(10_000)))
    kept.add("t" * 200, message(5))
    with path.open("r+b") as written:
        written.seek(2 * RetainedFile._SLOT_BYTES + RetainedFile._HEAD.size)
        written.write(b"\xff")
    killed(kept)
    assert RetainedFile(path, clock).open() == [("t", message(1)), ("t", message(3))]


@pytest.mark.parametrize("size", [0, 10, 50_000_000])
def test_a_file_of_another_version_is_replaced(tmp_path: Path, size: int) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"")
    os.truncate(path, size)
    kept = RetainedFile(path, FakeClock())
    assert kept.open() == []
    kept.add("t", message(1))
    killed(kept)
    assert RetainedFile(path, FakeClock()).open() == [("t", message(1))]


def test_without_a_place_for_the_file_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "missing" / "kept", tmp_path / "link"):
        kept = RetainedFile(path, FakeClock())
        assert kept.open() == []
        kept.add("t", message(1))
        kept.remove()
    assert not (tmp_path / "elsewhere").exists()


def test_what_killed_servers_left_is_removed_later(tmp_path: Path) -> None:
    runs, fresh, old = [
        retained_file(tmp_path / name, SystemClock()) for name in ("runs", "fresh", "old")
    ]
    starts = retained_file(tmp_path / "starts", SystemClock())
    try:
        for kept in (runs, fresh, old):
            kept.open()
        for kept in (runs, old):
            os.utime(kept._path, (0, 0))
        for kept in (fresh, old):
            killed(kept)
        starts.open()
        assert [kept._path.exists() for kept in (runs, fresh, old)] == [True, True, False]
    finally:
        for kept in (runs, starts):
            kept.remove()
        fresh._path.unlink()
