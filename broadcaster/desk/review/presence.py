"""Tells the desk, wherever it runs, that reviewers are connected to this process."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from broadcaster.desk.review.revisions import CaptionReviser
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import STATUS_INTERVAL_S, ReviewStatus, status_to_json


class ReviewerPresence:
    """Counts reviewers by event, and reports them while there are any.

    Args:
        bus: gets the reports.
        clock: the time.
        reviser: knows how many captions were revised.
    """

    def __init__(self, bus: Bus, clock: Clock, reviser: CaptionReviser) -> None:
        self._id = secrets.token_hex(4)
        self._bus = bus
        self._clock = clock
        self._reviser = reviser
        self._connected: Counter[str] = Counter()
        self._corrections: dict[str, int] = {}
        self._came = asyncio.Event()

    @contextmanager
    def reviewer(self, event_id: str) -> Iterator[None]:
        """A reviewer of an event is connected inside the context."""
        self._connected[event_id] += 1
        self._came.set()
        try:
            yield
        finally:
            self._connected[event_id] -= 1
            if not self._connected[event_id]:
                del self._connected[event_id]
                self._corrections.pop(event_id, None)

    async def run(self) -> None:
        """Report once a second, until cancelled."""
        while True:
            await self._came.wait()
            while self._connected:
                for event_id in list(self._connected):
                    await self._report(event_id)
                await self._clock.sleep(STATUS_INTERVAL_S)
            self._came.clear()

    async def _report(self, event_id: str) -> None:
        with suppress(BusUnavailable):  # the number of before is told again
            self._corrections[event_id] = await self._reviser.count(event_id)
        corrections = self._corrections.get(event_id, 0)
        status = ReviewStatus(self._id, self._connected[event_id], corrections)
        self._bus.publish(keys.status(event_id), status_to_json(status))
