"""Runs tasks that belong together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")


async def in_turns(items: Iterable[Item], at_once: int) -> AsyncIterator[Item]:
    """All items; other tasks run before every `at_once`-th of them."""
    for number, item in enumerate(items, 1):
        if number % at_once == 0:
            await asyncio.sleep(0)
        yield item


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
        del task
        await asyncio.gather(*tasks, return_exceptions=True)
        tasks.clear()
    # An error refers to this frame. If the frame referred to its task, nothing would be freed.
    while ended:
        ended.pop(0).result()


async def until(
    condition: Callable[[], bool],
    longest_s: float,
    *,
    every_s: float,
    sleep: Callable[[float], Coroutine[Any, Any, None]],
    name: str,
) -> None:
    """Wait until something is so, or for the longest time.

    Args:
        condition: whether it is so.
        longest_s: seconds after which it ends in any case.
        every_s: seconds between two looks.
        sleep: waits for some seconds.
        name: the name of the tasks.
    """

    async def look() -> None:
        while not condition():
            await sleep(every_s)

    await first_of(look(), sleep(longest_s), name=name)
