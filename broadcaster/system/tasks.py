"""Runs tasks that belong together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(*parts: Coroutine[Any, Any, None], name: str) -> None:
    """Run `parts` concurrently until the first ends, then cancel the others and wait for them.

    Args:
        parts: what to run; if one raises, the others are cancelled and its error is raised.
        name: the name of every task.
    """
    tasks = [asyncio.create_task(part, name=name) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended = [task for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()
