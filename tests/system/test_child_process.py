import asyncio
import signal
import sys

import pytest

from broadcaster.system import child_process
from broadcaster.system.child_process import child
from tests.support.deadline import deadline
from tests.support.processes import runs

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(3600)
"""


async def test_a_child_is_terminated_with_its_context() -> None:
    async with child([sys.executable, "-c", "import time; time.sleep(3600)"]) as process:
        assert process.returncode is None
    assert process.returncode == -15


async def test_a_child_that_ignores_the_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "_TERMINATE_S", 0.1)
    pipe = asyncio.subprocess.PIPE
    async with deadline(), child([sys.executable, "-c", STUBBORN], stdout=pipe) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    assert process.returncode == -9


async def test_a_child_that_is_left_again_while_it_stops_is_not_forgotten() -> None:
    started: asyncio.Future[asyncio.subprocess.Process] = asyncio.Future()

    async def work() -> None:
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-c", STUBBORN]
        async with child(command, stops_within_s=0.3, stdout=pipe) as process:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
            started.set_result(process)
            await asyncio.sleep(3600)

    async with deadline():
        working = asyncio.create_task(work(), name="work")
        process = await started
        for _ in range(2):
            working.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await working
    assert process.returncode == -signal.SIGKILL


async def test_a_child_reads_an_empty_input() -> None:
    code = "import sys; sys.exit(len(sys.stdin.read()))"
    async with deadline(), child([sys.executable, "-c", code]) as process:
        assert await process.wait() == 0


PARENT = """
import asyncio, sys
from broadcaster.system.child_process import child
async def main():
    command = [sys.executable, "-c", sys.argv[1]]
    async with child(command, stdout=asyncio.subprocess.PIPE) as process:
        assert await process.stdout.readline() == b"ready\\n"
        print(process.pid, flush=True)
        await asyncio.sleep(3600)
asyncio.run(main())
"""
BUSY = "print('ready', flush=True)\nwhile True: pass"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("code", [STUBBORN, BUSY])
async def test_a_child_ends_with_its_parent(number: signal.Signals, code: str) -> None:
    pipe = asyncio.subprocess.PIPE
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, code, stdout=pipe, start_new_session=True
    )
    assert parent.stdout is not None
    async with deadline():
        pid = int(await parent.stdout.readline())
        assert runs(pid)
        parent.send_signal(number)
        await parent.wait()
        while runs(pid):
            await asyncio.sleep(0.01)
