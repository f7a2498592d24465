"""Collects Python's garbage at times of our choice, because a collection stops the event loop.

Most objects are freed as soon as nothing refers to them. Those that refer to each other wait for a
collection. A booth or a session that ends is such a cycle, held together by its tasks and their
errors. It holds a minute of sound, filters and codecs: megabytes that Python does not count when it
decides whether to collect.
"""

import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from broadcaster.system.allocator import give_back_freed

YOUNG_OBJECTS = 10_000
"""New objects after which Python collects the youngest generation; its default is 700."""
NEVER = 1_000_000
"""Of younger collections before Python collects an older generation: see `collect_seldom`."""
EVERY_S = 60.0
"""Interval of full collections."""
LARGEST_SHARE = 0.001
"""Full collections take at most this share of a core; with many listeners each takes longer."""
LONGEST_PAUSE_S = 300.0
"""Even long collections are not rarer: five minutes of ended booths are some 100 MB."""
LOOK_S = 1.0
"""How long it is watched whether this process is busy before a full collection."""
BUSY_SHARE = 0.5
"""Above this share of a core it is busy."""
LONGEST_DELAY_S = 60.0
"""A collection waits no longer than this for a quiet moment."""


@contextmanager
def not_while_loading() -> Iterator[None]:
    """Python collects nothing inside this context, in which modules are loaded.

    What modules make stays. Looking through it again and again takes a fifth of the time that a
    server needs to start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_seldom() -> None:
    """Make Python's own collections short and rare.

    Objects made at the start live for ever, but for a few thousand that are not worth a search of a
    tenth of a second. Many listeners that join make many objects, but no garbage cycles. To look at
    200,000 of them at once, which Python would do by itself, takes 60 ms and more, in which nobody
    gets sound. So by itself it looks at the newest only, and the rest is left to
    `collect_regularly`.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, NEVER, NEVER)


def collect_all() -> None:
    """Free every cycle, and give the system what was freed if it is much."""
    gc.collect()
    give_back_freed()


async def collect_regularly(
    sleep: Callable[[float], Awaitable[None]],
    collect: Callable[[], object] = collect_all,
    cpu_time: Callable[[], float] = time.thread_time,
) -> None:
    """Collect all garbage now and then, when there is little to do, until cancelled.

    A hall that opens the page within seconds makes a million objects. To look at them takes almost
    half a second, in which nobody gets sound, and in which the hall waits.

    Args:
        sleep: waits for some seconds.
        collect: a full collection.
        cpu_time: seconds of work of this thread. On a busy machine a collection takes much longer,
            but costs no more.
    """
    pause_s = EVERY_S
    while True:
        await sleep(pause_s)
        await _quiet_moment(sleep, cpu_time)
        began_s = cpu_time()
        collect()
        wanted_s = (cpu_time() - began_s) / LARGEST_SHARE
        pause_s = min(max(EVERY_S, wanted_s), LONGEST_PAUSE_S)


async def _quiet_moment(
    sleep: Callable[[float], Awaitable[None]], cpu_time: Callable[[], float]
) -> None:
    """Wait until this thread was not busy for `LOOK_S`, but no longer than `LONGEST_DELAY_S`."""
    for _ in range(int(LONGEST_DELAY_S / LOOK_S)):
        before_s = cpu_time()
        await sleep(LOOK_S)
        if cpu_time() - before_s < BUSY_SHARE * LOOK_S:
            return
