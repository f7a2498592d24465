"""Child processes that end with their parent, however that ends.

A parent that was killed can do nothing itself, so the kernel kills its children: it does when the
parent's main thread is gone (prctl(2), PR_SET_PDEATHSIG). Systems other than Linux have no such
call; there a child ends only with its context.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

_TERMINATE_S = 5.0
_PR_SET_PDEATHSIG = 1
# Loaded here, because nothing may be loaded between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


async def start_child(command: Sequence[str], **options: Any) -> asyncio.subprocess.Process:
    """Start a process that is killed when this one ends; call it in the main thread.

    It has a session of its own, so that it gets no signals from the terminal.

    Args:
        command: program and arguments.
        options: of `asyncio.create_subprocess_exec`; without `stdin` it reads from /dev/null.
    """
    options.setdefault("stdin", asyncio.subprocess.DEVNULL)
    parent = os.getpid()

    def end_with_parent() -> None:
        """Run in the child, before its program."""
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call
            os._exit(1)

    return await asyncio.create_subprocess_exec(
        *command, start_new_session=True, preexec_fn=end_with_parent, **options
    )


@asynccontextmanager
async def child(
    command: Sequence[str], *, stops_within_s: float = _TERMINATE_S, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is terminated when the context ends, and killed if it does not stop.

    Args:
        command: program and arguments.
        stops_within_s: how long it may take to stop before it is killed.
        options: see `start_child`.
    """
    process = await start_child(command, **options)
    try:
        yield process
    finally:
        stopping = asyncio.create_task(_stop(process, stops_within_s), name="child process")
        try:
            await asyncio.shield(stopping)
        except asyncio.CancelledError:  # once more, while it stops: it must not be left
            await stopping
            raise


async def _stop(process: asyncio.subprocess.Process, within_s: float) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(within_s):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
