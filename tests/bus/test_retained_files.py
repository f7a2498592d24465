"""The last minute of a floor outlives a server without Redis that is killed."""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from broadcaster.bus import RETAINED, open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.bus.retained import files
from broadcaster.bus.retained.files import SUFFIX, RetainedFiles
from broadcaster.bus.retained.messages import FORGOTTEN_AFTER_S, MAX_RETAINED
from broadcaster.bus.retained.ring_file import (
    FILE_BYTES,
    LONGEST_PAYLOAD_BYTES,
    LONGEST_TOPIC_BYTES,
    LeftMessages,
    RingFile,
    read_left,
)
from broadcaster.model.ports import Retained
from tests.bus.helpers import soon, until
from tests.support.clock import FakeClock
from tests.support.deadline import deadline

SAMPLES = 4_800
NOW_S = 1_700_000_000.0
SPEAKS = """
import asyncio, sys
from pathlib import Path
from broadcaster.bus import open_bus
from broadcaster.bus.retained.ring_file import read_left
from broadcaster.model.ports import Retained

async def speak(folder):
    async with open_bus(None, folder) as bus:
        for number in range(10):
            bus.retain("floor", Retained(4800 * number, b"%d" % number))
        written = []
        while len(written) < 10:
            await asyncio.sleep(0.01)
            written = [
                message
                for path in (folder / "retained").glob("*")
                if (left := read_left(path)) is not None
                for message in left.messages
            ]
        print("written", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(speak(Path(sys.argv[1])))
"""


class ServerDies(Exception):
    """Ends a bus as an error does."""


def message(number: int) -> Retained:
    return Retained(SAMPLES * number, b"%d" % number)


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def written(folder: Path) -> dict[str, list[Retained]]:
    """The messages that a server finds that starts now, by topic."""
    found: dict[str, list[Retained]] = {}
    for path in files_in(folder):
        # The file of a topic that is forgotten may go after it was listed.
        with suppress(FileNotFoundError):
            left = read_left(path)
            if left is not None:
                found[left.topic] = list(left.messages)
    return found


async def until_on_disk(folder: Path, wanted: Callable[[dict[str, list[Retained]]], bool]) -> None:
    async with deadline():
        while not wanted(await asyncio.to_thread(written, folder)):
            await asyncio.sleep(0.01)


async def on_disk(folder: Path) -> list[Path]:
    return await asyncio.to_thread(files_in, folder)


async def leave(folder: Path, clock: FakeClock, *messages: Retained, topic: str = "t") -> None:
    """Write a file and leave it as a server does that fails."""
    kept = RetainedFiles(folder, clock)
    with pytest.raises(ServerDies):
        async with kept.keeping():
            for one in messages:
                kept.add(topic, one)
            await until_on_disk(
                folder, lambda found: found.get(topic, [])[-len(messages) :] == list(messages)
            )
            raise ServerDies


async def speaker(folder: Path) -> asyncio.subprocess.Process:
    """A server that has retained ten messages."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SPEAKS, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert await soon(child.stdout.readline()) == b"written\n"
    return child


async def test_the_next_server_has_what_a_killed_one_retained(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    child = await speaker(folder)
    kept = [folder / RETAINED, *await on_disk(folder / RETAINED)]
    modes = await asyncio.to_thread(lambda: [oct(path.stat().st_mode & 0o777) for path in kept])
    assert modes == ["0o700", "0o600"]
    child.kill()
    await soon(child.wait())
    async with open_bus(None, folder) as bus:
        assert await bus.retained("floor", 0) == [message(number) for number in range(10)]
        bus.retain("floor", message(10))
        assert len(await bus.retained("floor", 0)) == 11
    assert not await asyncio.to_thread((folder / RETAINED).exists)


async def test_an_orderly_end_leaves_no_sound_on_the_disk(tmp_path: Path) -> None:
    child = await speaker(tmp_path)
    assert child.stdin is not None
    child.stdin.close()
    assert await soon(child.wait()) == 0
    assert not await asyncio.to_thread((tmp_path / RETAINED).exists)


@pytest.mark.parametrize("ends", [None, asyncio.CancelledError], ids=["in order", "cancelled"])
async def test_only_what_is_left_to_the_next_server_stays(
    tmp_path: Path, ends: type[BaseException] | None
) -> None:
    """The newest message too, which came at the last moment."""
    clock = FakeClock(NOW_S)
    with suppress(asyncio.CancelledError):
        async with EmbeddedBus(None, clock=clock, kept=RetainedFiles(tmp_path, clock)) as bus:
            bus.retain("live", message(1))
            bus.retain("paused", message(1))
            await until_on_disk(tmp_path, lambda found: len(found) == 2)
            bus.leave_retained("live")
            bus.leave_retained("nobody speaks")
            bus.retain("live", message(2))
            bus.retain("new", message(1))
            if ends is not None:
                raise ends
    assert await asyncio.to_thread(written, tmp_path) == {"live": [message(1), message(2)]}
    async with EmbeddedBus(None, clock=clock, kept=RetainedFiles(tmp_path, clock)) as bus:
        assert await bus.retained("live", 0) == [message(1), message(2)]
    assert not await on_disk(tmp_path)


async def test_what_was_left_is_gone_when_it_was_forgotten(tmp_path: Path) -> None:
    clock = FakeClock(NOW_S)
    async with EmbeddedBus(None, clock=clock, kept=RetainedFiles(tmp_path, clock)) as bus:
        bus.retain("t", message(1))
        bus.leave_retained("t")
        bus.forget_retained("t")
    assert not await on_disk(tmp_path)


async def test_nothing_is_resumed_without_files(tmp_path: Path) -> None:
    clock = FakeClock(NOW_S)
    async with EmbeddedBus(None, clock=clock) as bus:
        assert not bus.resumable
        bus.leave_retained("t")
    async with EmbeddedBus(None, clock=clock, kept=RetainedFiles(tmp_path, clock)) as bus:
        assert bus.resumable


async def test_a_server_that_fails_leaves_its_sound_to_the_next(tmp_path: Path) -> None:
    clock = FakeClock(NOW_S)
    await leave(tmp_path, clock, message(1), message(2))
    await leave(tmp_path, clock, message(3))
    kept = RetainedFiles(tmp_path, clock)
    async with EmbeddedBus(None, clock=clock, kept=kept) as bus:
        assert await bus.retained("t", 0) == [message(1), message(2), message(3)]


async def test_a_topic_that_is_forgotten_leaves_the_disk(tmp_path: Path) -> None:
    kept = RetainedFiles(tmp_path, FakeClock(NOW_S))
    async with EmbeddedBus(None, clock=FakeClock(NOW_S), kept=kept) as bus:
        bus.retain("closes", message(1))
        bus.retain("stays", message(2))
        await until_on_disk(tmp_path, lambda found: len(found) == 2)
        bus.retain("closes", message(3))
        bus.forget_retained("closes")
        await until_on_disk(tmp_path, lambda found: found == {"stays": [message(2)]})
        assert await bus.retained("closes", 0) == []
        bus.retain("closes", message(1))
        await until_on_disk(tmp_path, lambda found: found.get("closes") == [message(1)])


async def test_a_topic_without_new_messages_leaves_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOOK_EVERY_S", 0.01)
    clock = FakeClock(NOW_S)
    kept = RetainedFiles(tmp_path, clock)
    async with kept.keeping():
        kept.add("t", message(1))
        await until_on_disk(tmp_path, lambda found: len(found) == 1)
        clock.pass_time(FORGOTTEN_AFTER_S + 1)
        await until_on_disk(tmp_path, lambda found: not found)


@pytest.mark.parametrize("passed_s", [FORGOTTEN_AFTER_S + 1, -FORGOTTEN_AFTER_S - 1])
async def test_the_start_removes_what_is_stale(tmp_path: Path, passed_s: float) -> None:
    clock = FakeClock(NOW_S)
    await leave(tmp_path, clock, message(1))
    clock.pass_time(passed_s)
    async with RetainedFiles(tmp_path, clock).keeping() as left:
        assert left == []
        assert not await on_disk(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"retain01", os.urandom(5_000), bytes(FILE_BYTES), b"\xff" * (FILE_BYTES + 10)],
    ids=["empty", "header only", "anything", "zeros", "too long"],
)
async def test_the_start_removes_what_cannot_be_used(tmp_path: Path, content: bytes) -> None:
    await asyncio.to_thread((tmp_path / f"0123{SUFFIX}").write_bytes, content)
    async with RetainedFiles(tmp_path, FakeClock(NOW_S)).keeping() as left:
        assert left == []
        assert not await on_disk(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere", tmp_path / f"0123{SUFFIX}"
    target.write_bytes(b"stays")
    link.symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"):
        read_left(link)
    with pytest.raises(OSError, match="symbolic links"):
        RingFile.create(link, "t")
    assert target.read_bytes() == b"stays"


def test_the_newest_messages_are_kept_over_several_ends(tmp_path: Path) -> None:
    path, count = tmp_path / "ring", 0
    ring = RingFile.create(path, "t")
    for _ in range(4):
        for _ in range(MAX_RETAINED // 2 + 7):
            ring.write(message(count), 5_000 + count)
            count += 1
        ring.close()
        left = read_left(path)
        assert left is not None
        first = max(0, count - MAX_RETAINED)
        assert left.messages == [message(number) for number in range(first, count)]
        assert (left.topic, left.written_ms) == ("t", 5_000 + count - 1)
        ring = RingFile.reopen(path, left)
    ring.close()
    assert path.stat().st_size <= FILE_BYTES


def overwritten(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xaa\xaa\xaa")


def cut_in_the_last_message(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 3)


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (cut_in_the_last_message, [0, 1]),
        (lambda path: overwritten(path, path.stat().st_size - 5), [0, 1]),
        (lambda path: overwritten(path, 512 + 5), [1, 2]),
    ],
    ids=["cut off", "payload", "length"],
)
def test_a_message_that_is_not_whole_does_not_count(
    tmp_path: Path, damage: Callable[[Path], None], left: list[int]
) -> None:
    path = tmp_path / "ring"
    ring = RingFile.create(path, "t")
    sound = [Retained(SAMPLES * n, os.urandom(LONGEST_PAYLOAD_BYTES)) for n in range(3)]
    for one in sound:
        ring.write(one, 0)
    ring.close()
    damage(path)
    found = read_left(path)
    assert isinstance(found, LeftMessages)
    assert found.messages == [sound[number] for number in left]


async def test_what_does_not_fit_is_left_out(tmp_path: Path) -> None:
    kept = RetainedFiles(tmp_path, FakeClock(NOW_S))
    async with kept.keeping():
        kept.add("t", Retained(0, bytes(LONGEST_PAYLOAD_BYTES + 1)))
        kept.add("t" * (LONGEST_TOPIC_BYTES + 1), message(1))
        kept.add("t", message(2))
        await until_on_disk(tmp_path, lambda found: found == {"t": [message(2)]})


async def test_a_disk_that_fails_is_told_once_and_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    kept = RetainedFiles(tmp_path, FakeClock(NOW_S))
    async with kept.keeping():
        kept.add("t", message(1))
        await until_on_disk(tmp_path, lambda found: found == {"t": [message(1)]})
        with monkeypatch.context() as failing, caplog.at_level(logging.WARNING):
            failing.setattr(os, "pwrite", full)
            for number in range(2, 5):
                kept.add("t", message(number))
                kept.add(f"new {number}", message(number))
            await until(lambda: kept._failing)
            await until(lambda: not kept._waiting)
            assert kept._working is not None
            await soon(asyncio.wait({kept._working}))
            assert not kept.works
        (told,) = caplog.messages
        assert told.startswith(f"cannot keep the last minute of a floor in {tmp_path}: No space")
        kept.add("t", message(9))
        await until_on_disk(tmp_path, lambda found: found.get("t") == [message(1), message(9)])
        await until(lambda: kept.works)


async def test_a_disk_that_hangs_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CLOSE_S", 0.01)
    answers = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(*_: object) -> None:
        asyncio.run_coroutine_threadsafe(answers.wait(), loop).result()

    monkeypatch.setattr(RetainedFiles, "_work", hang)
    kept = RetainedFiles(tmp_path, FakeClock(NOW_S))
    async with EmbeddedBus(None, kept=kept) as bus:
        bus.retain("t", message(0))
        await until(lambda: kept._working is not None)
        for number in range(1, 2 * MAX_RETAINED):
            bus.retain("t", message(number))
        assert len(kept._waiting) == MAX_RETAINED
        assert not bus.resumable
        assert len(await bus.retained("t", 0, 1_000)) == MAX_RETAINED
    assert kept._working is not None
    answers.set()
    await soon(asyncio.wait({kept._working}))
