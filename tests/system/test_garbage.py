"""Full collections are regular, and do not take much of the time."""

import asyncio
import gc
import weakref

import pytest

from broadcaster.system.garbage import (
    EVERY_S,
    LONGEST_DELAY_S,
    LONGEST_PAUSE_S,
    LOOK_S,
    collect_regularly,
    collect_seldom,
    not_while_loading,
)
from tests.support.tasks import background_task


def test_nothing_is_collected_while_modules_are_loaded() -> None:
    with not_while_loading():
        assert not gc.isenabled()
    assert gc.isenabled()


async def test_a_cycle_is_freed_although_python_would_not_collect() -> None:
    class Cycle:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        freed = weakref.ref(Cycle())
        slept = asyncio.Event()

        async def sleep(seconds: float) -> None:
            if slept.is_set():
                await asyncio.get_running_loop().create_future()
            if seconds == LOOK_S:
                slept.set()

        assert freed() is not None
        async with background_task(collect_regularly(sleep), "garbage of the test"):
            await slept.wait()
            await asyncio.sleep(0)
            assert freed() is None
    finally:
        gc.enable()


async def test_long_collections_are_rarer_but_not_rare() -> None:
    now_s, pauses_s, collections_s = 0.0, list[float](), iter((0.002, 0.2, 0.001, 5.0, 0.001))

    async def sleep(seconds: float) -> None:
        if seconds != LOOK_S:
            pauses_s.append(seconds)

    def collect() -> None:
        nonlocal now_s
        now_s += next(collections_s)

    with pytest.raises(RuntimeError, match="StopIteration"):
        await collect_regularly(sleep, collect, lambda: now_s)
    expected = [EVERY_S, EVERY_S, 200.0, EVERY_S, LONGEST_PAUSE_S, EVERY_S]
    assert pauses_s == pytest.approx(expected)


async def test_a_collection_waits_for_a_quiet_moment_but_not_for_ever() -> None:
    now_s, slept_s, looks, collections = 0.0, list[float](), iter((0.9, 0.6, 0.4)), list[float]()

    async def sleep(seconds: float) -> None:
        nonlocal now_s
        slept_s.append(seconds)
        if seconds == LOOK_S:
            now_s += next(looks, 0.9)
        elif len(slept_s) > 4 + LONGEST_DELAY_S / LOOK_S:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await collect_regularly(sleep, lambda: collections.append(len(slept_s)), lambda: now_s)
    assert slept_s[:5] == [EVERY_S, LOOK_S, LOOK_S, LOOK_S, EVERY_S]
    assert collections == [4, 5 + LONGEST_DELAY_S / LOOK_S]


def test_what_was_made_at_the_start_is_not_looked_at_again() -> None:
    before = gc.get_threshold()
    try:
        collect_seldom()
        assert gc.get_freeze_count() > 0
        assert all(now > then for now, then in zip(gc.get_threshold(), before, strict=True))
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
