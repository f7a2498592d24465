"""One server at a time on a data folder."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from broadcaster.bus import folder_lock, open_bus
from broadcaster.bus.folder_lock import DataFolderInUse
from tests.bus.helpers import soon
from tests.support.tasks import background_task

HOLDER = """
import asyncio, sys
from pathlib import Path
from broadcaster.bus import open_bus

async def hold():
    async with open_bus(None, Path(sys.argv[1])):
        print("open", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def holder(folder: Path) -> asyncio.subprocess.Process:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(folder)), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    assert await soon(child.stdout.readline()) == b"open\n"
    return child


async def test_the_second_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    child = await holder(tmp_path)
    try:
        with pytest.raises(DataFolderInUse, match=rf"\(pid {child.pid}\)") as caught:
            async with open_bus(None, tmp_path):
                pass
        assert str(tmp_path) in caught.value.message
        assert "BROADCASTER_DATA_DIR" in caught.value.hint
        assert folder_lock.owner(tmp_path) == f"pid {child.pid}"
    finally:
        child.kill()
        await soon(child.wait())


async def test_a_server_that_is_stopping_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()
    pause = asyncio.sleep

    async def sleep(seconds: float) -> None:
        refused.set()
        await pause(seconds)

    child = await holder(tmp_path)
    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def ends() -> None:
        await refused.wait()
        child.terminate()
        await child.wait()

    async with background_task(ends(), name="the first server"), open_bus(None, tmp_path):
        assert folder_lock.owner(tmp_path) == f"pid {os.getpid()}"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_the_lock_ends_with_its_process(tmp_path: Path, number: signal.Signals) -> None:
    child = await holder(tmp_path)
    child.send_signal(number)
    await soon(child.wait())
    assert folder_lock.owner(tmp_path) == ""
    async with open_bus(None, tmp_path):
        assert folder_lock.owner(tmp_path) == f"pid {os.getpid()}"
        with pytest.raises(DataFolderInUse):
            async with open_bus(None, tmp_path):
                pass
    async with open_bus(None, tmp_path):
        pass


async def test_a_child_process_does_not_keep_the_lock(tmp_path: Path) -> None:
    async with open_bus(None, tmp_path):
        child = await asyncio.create_subprocess_exec("sleep", "1000")
    try:
        async with open_bus(None, tmp_path):
            pass
    finally:
        child.kill()
        await soon(child.wait())


async def test_a_server_of_another_machine_is_named(tmp_path: Path) -> None:
    async with open_bus(None, tmp_path):
        (tmp_path / folder_lock.LOCK_FILE).write_text("12 another-machine")
        assert folder_lock.owner(tmp_path) == "pid 12 on another-machine"
        (tmp_path / folder_lock.LOCK_FILE).write_text(f"12 {socket.gethostname()}")
        assert folder_lock.owner(tmp_path) == "pid 12"
        (tmp_path / folder_lock.LOCK_FILE).write_text("")
        assert folder_lock.owner(tmp_path) == "its pid is not known"


def test_a_folder_without_a_server_has_no_owner(tmp_path: Path) -> None:
    assert folder_lock.owner(tmp_path) == ""
    assert folder_lock.owner(tmp_path / "missing") == ""
    with folder_lock.locked_for_command(tmp_path):
        assert folder_lock.owner(tmp_path) == f"pid {os.getpid()}"
    assert folder_lock.owner(tmp_path) == ""
