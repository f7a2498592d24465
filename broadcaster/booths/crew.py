"""Which booths run: one per language of every live event, in one process each."""

import asyncio
import logging

from broadcaster.booths.booth import Booth
from broadcaster.booths.session import Connect
from broadcaster.errors import BusUnavailable
from broadcaster.log import bound
from broadcaster.model import keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.tasks import first_of

log = logging.getLogger("broadcaster.booths")

LOOK_EVERY_S = 1.0
"""How often the event records are read; a booth starts this long after going live at most."""
RESTART_S = 2.0
"""Pause before a booth that ended by an error of ours starts again."""


class Crew:
    """Runs booths, each under its lease, so that several processes share the work."""

    def __init__(self, bus: Bus, connect: Connect, clock: Clock) -> None:
        self._bus = bus
        self._connect = connect
        self._clock = clock
        self._booths: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Start and stop booths as events go live and end, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    wanted = await self._wanted()
                except BusUnavailable as away:
                    log.warning("cannot read the events: %s", away.message)
                else:
                    self._arrange(wanted, tasks)
                await self._clock.sleep(LOOK_EVERY_S)

    async def _wanted(self) -> set[tuple[str, str]]:
        wanted = set()
        for name in await self._bus.records(keys.EVENT_RECORDS):
            record = await self._bus.get(name)
            if record is None:
                continue
            event = Event.from_json(record.value)
            if event.state is EventState.LIVE:
                wanted |= {(event.id, channel.language) for channel in event.channels}
        return wanted

    def _arrange(self, wanted: set[tuple[str, str]], tasks: asyncio.TaskGroup) -> None:
        self._booths = {key: task for key, task in self._booths.items() if not task.done()}
        for event, language in wanted - self._booths.keys():
            key = event, language
            self._booths[key] = tasks.create_task(
                self._staff(event, language), name=f"booth:{event}:{language}"
            )
        for key in self._booths.keys() - wanted:
            if not self._booths[key].cancelling():
                self._booths[key].cancel()

    async def _staff(self, event: str, language: str) -> None:
        """Run one booth whenever this process holds its lease."""
        with bound(event=event, language=language):
            while True:
                async with self._bus.lease(keys.booth_lease(event, language)) as lease:
                    booth = Booth(event, language, self._bus, self._connect, self._clock)
                    try:
                        await first_of(booth.run(), lease.lost(), name=f"staff:{event}:{language}")
                    except Exception:
                        log.exception("booth ended by an error and starts again")
                await self._clock.sleep(RESTART_S)
