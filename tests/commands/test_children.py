"""Child processes end with the command that started them, however it ends."""

import asyncio
import os
import pty
import signal
import sys

import pytest

from tests.support.deadline import deadline
from tests.support.processes import descendants, runs, started

DEMO = [sys.executable, "-m", "broadcaster", "demo", "--port", "0"]


async def all_gone(pids: set[int]) -> None:
    async with deadline():
        while any(map(runs, pids)):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
async def test_the_demo_leaves_nothing_behind(end: signal.Signals) -> None:
    async with started(DEMO) as demo:
        await demo.line("Listen and read: ")
        pids = descendants(demo.process.pid)
        assert len(pids) >= 2, "the rehearsal server and the publisher"
        demo.process.send_signal(end)
        await all_gone(pids)
        await demo.process.wait()
        assert demo.process.returncode == (-9 if end is signal.SIGKILL else 0)
        assert not [line for line in demo.lines if "Traceback" in line]


async def test_the_demo_ends_with_its_terminal() -> None:
    """The kernel sends SIGHUP, and nothing can be printed any more."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, DEMO)
    reading = os.fdopen(terminal, "rb", buffering=0)

    def until_ready() -> None:
        text = b""
        while b"On a phone: start it" not in text:
            text += reading.read(1024)

    async with deadline():
        await asyncio.to_thread(until_ready)
        pids = descendants(pid)
        reading.close()
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    await all_gone(pids)
