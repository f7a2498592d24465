"""Sends listeners away when the process stops, a few at a time, so that others can take them."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence

from broadcaster.edge.fanout.outlet import Goodbye
from broadcaster.model.ports import Clock

log = logging.getLogger("broadcaster.edge")

LAST_BYTES_S = 3.0
"""How long connections that were told may take to send what is queued, before they are cut."""
_CHECK_S = 0.02
_AT_ONCE = 64
"""Goodbyes said before the event loop serves other tasks."""


async def say_goodbyes(goodbyes: Sequence[Goodbye], over_s: float, clock: Clock) -> None:
    """Say goodbyes in random order, evenly spread.

    Args:
        goodbyes: one for each listener.
        over_s: seconds; 0 says all at once.
        clock: the time.
    """
    began = clock.monotonic()
    order = random.SystemRandom().sample(goodbyes, len(goodbyes))
    for number, goodbye in enumerate(order):
        wait_s = began + over_s * number / len(order) - clock.monotonic()
        if wait_s > 0:
            await clock.sleep(wait_s)
        elif number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        try:
            await goodbye()
        except Exception:  # the others are told all the same
            log.exception("a listener could not be told that this process stops")


async def wait_until_gone(
    count: Callable[[], int], clock: Clock, within_s: float | None = None
) -> None:
    """Return when nobody is left, or after `within_s`: None for `LAST_BYTES_S`."""
    give_up_at = clock.monotonic() + (LAST_BYTES_S if within_s is None else within_s)
    while count() and clock.monotonic() < give_up_at:
        await clock.sleep(_CHECK_S)
