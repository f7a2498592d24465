import asyncio

import pytest

from broadcaster.system.tasks import first_of


async def forever(ended: list[str], name: str) -> None:
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        ended.append(name)


async def test_the_others_are_cancelled_when_the_first_ends() -> None:
    ended: list[str] = []
    await first_of(forever(ended, "a"), asyncio.sleep(0), forever(ended, "b"), name="test")
    assert sorted(ended) == ["a", "b"]


async def test_an_error_ends_all_and_is_raised() -> None:
    ended: list[str] = []

    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await first_of(forever(ended, "a"), fail(), name="test")
    assert ended == ["a"]


async def test_cancelling_it_cancels_and_waits_for_all() -> None:
    ended: list[str] = []
    task = asyncio.create_task(first_of(forever(ended, "a"), forever(ended, "b"), name="test"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ended) == ["a", "b"]
