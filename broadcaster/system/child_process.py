"""A child process that ends with its context."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

_TERMINATE_S = 5.0


@asynccontextmanager
async def child(
    command: Sequence[str], **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is terminated when the context ends, and killed if it does not stop.

    Args:
        command: program and arguments.
        options: of `asyncio.create_subprocess_exec`; without `stdin` it reads from /dev/null.
    """
    options.setdefault("stdin", asyncio.subprocess.DEVNULL)
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_TERMINATE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
