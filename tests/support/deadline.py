"""Deadlines for the waits of tests.

Only a failing test reaches a deadline, so deadlines are generous. `BROADCASTER_TEST_PATIENCE`
multiplies every one of them: set it to 4 on a slow or busy machine, to 0.2 to see a hanging test
fail soon. Never assert on the time that passed.

    async with deadline():            # the usual minute
        await listener.until_live()
    async with deadline(10):          # a wait that would be a defect by itself if it were long
        await server.close()
    subprocess.run(command, timeout=deadline_s(10))
"""

import asyncio
import os

_PATIENCE = float(os.environ.get("BROADCASTER_TEST_PATIENCE", "1"))
_USUAL_S = 60.0


def deadline_s(seconds: float = _USUAL_S) -> float:
    """`seconds`, scaled by the patience this run was given; for waits that take a number."""
    return seconds * _PATIENCE


def deadline(seconds: float = _USUAL_S) -> asyncio.Timeout:
    """An `async with` block that raises `TimeoutError` after `deadline_s(seconds)`."""
    return asyncio.timeout(deadline_s(seconds))


DEADLINE_S = deadline_s()
"""The usual minute, scaled."""
