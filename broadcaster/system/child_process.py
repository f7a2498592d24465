"""Child processes that end with what started them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

_TERMINATE_S = 5.0


@asynccontextmanager
async def child(
    command: Sequence[str], **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is asked to end, then made to, when the context ends.

    Args:
        command: program and arguments.
        options: of `asyncio.create_subprocess_exec`; without `stdin` it has none.
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
