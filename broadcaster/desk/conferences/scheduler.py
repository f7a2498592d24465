"""Opens events and takes them live by themselves, at the times that are planned."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from broadcaster.desk.events import Events
from broadcaster.errors import BusUnavailable, EventChanged, InvalidTransition, UnknownEvent
from broadcaster.model import keys
from broadcaster.model.event import Event, EventAction, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.desk")

LOOK_EVERY_S = 1.0
LATEST_MS = 4 * 3600 * 1000
"""A talk without a planned end is not opened this long after its start."""
ACTOR = "schedule"
"""The name in the log of an event that opened or went live by itself."""
_MINUTE_MS = 60_000


class Scheduler:
    """Takes the steps that are due, in one process of all.

    Args:
        bus: has the lease of that process.
        clock: the time.
        events: takes the steps.
        known: all events, perhaps a moment old.
        has_speaker: whether the speaker of an event is connected.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        events: Events,
        known: Callable[[], Iterable[Event]],
        has_speaker: Callable[[Event], bool],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._known = known
        self._has_speaker = has_speaker

    async def run(self) -> None:
        """Look for steps that are due until cancelled."""
        while True:
            async with self._bus.lease(keys.SCHEDULE_LEASE) as lease:
                await first_of(self._look_regularly(), lease.lost(), name="schedule")

    async def look(self) -> None:
        """Take the steps that are due now.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        for event in list(self._known()):
            if self._step(event) is not None:
                await self._take(event.id)

    async def _take(self, event_id: str) -> None:
        """Take the step of an event, unless it has changed or somebody else was faster."""
        with suppress(UnknownEvent, EventChanged, InvalidTransition):
            stored = await self._events.get(event_id)
            step = self._step(stored.event)
            if step is not None:
                await self._events.act(event_id, step, stored.version, actor=ACTOR)
                log.info("event %s: “%s” by its schedule", event_id, step)

    def _step(self, event: Event) -> EventAction | None:
        step = due_step(event, self._clock.now_ms())
        if step is EventAction.LIVE and not self._has_speaker(event):
            return None
        return step

    async def _look_regularly(self) -> None:
        while True:
            try:
                await self.look()
            except BusUnavailable as error:
                log.warning("the schedule has to wait: %s", error.message)
            await self._clock.sleep(LOOK_EVERY_S)


def due_step(event: Event, now_ms: int) -> EventAction | None:
    """The step that the plan of an event asks for; None if it asks for none.

    Going live also needs the speaker. An event that was live before is left to people.

    Args:
        event: the event.
        now_ms: Unix time.
    """
    starts_ms = event.starts_at_ms
    if starts_ms is None or now_ms >= (event.ends_at_ms or starts_ms + LATEST_MS):
        return None
    if event.state is EventState.DRAFT and event.auto_open_minutes is not None:
        opens_ms = starts_ms - event.auto_open_minutes * _MINUTE_MS
        return EventAction.OPEN if now_ms >= opens_ms else None
    goes_live = event.state is EventState.OPEN and event.auto_live and event.live_at_ms is None
    return EventAction.LIVE if goes_live and now_ms >= starts_ms else None
