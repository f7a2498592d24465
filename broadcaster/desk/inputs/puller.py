"""Fetches the inputs that have an address, each in one process of all."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from operator import attrgetter

from broadcaster.desk.inputs.pull import PullNews, PullOrder, pulled
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.event import Event, EventState
from broadcaster.model.inputs.pulled import (
    PULLED_RECORDS,
    PURPOSE,
    Pull,
    PulledInput,
    PulledState,
    pulled_record,
    pulled_state_record,
)
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.jobs.event_jobs import EventJobs, JobKind
from broadcaster.model.ports import Bus, Clock
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.desk")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""Before a program that has ended is started again. It tries its source again by itself."""
LEVEL_EVERY_S = 2.0
"""How often a level is written that has changed."""


_PULLED = JobKind(
    noun="pulled input",
    records=PULLED_RECORDS,
    parse=PulledInput.from_json,
    event_of=attrgetter("event"),
    lease_of=lambda one: pulled_record(one.event, one.role),
    describe=lambda one: f"the {one.role} input of {one.event}",
)


class InputPuller:
    """Starts an input when it is wanted, and ends it when its event is over.

    Args:
        bus: has the inputs and their leases.
        clock: the time.
        keyring: opens the addresses, and the stage keys with which the sound is published.
        command: the program that fetches one input.
        own_certificate: returns the file of the certificate of this server if it has one of its
            own, else an empty text; it blocks.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        keyring: StageKeyring,
        command: Sequence[str],
        own_certificate: Callable[[], str],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._keyring = keyring
        self._command = command
        self._own_certificate = own_certificate
        self._ca = ""
        self._jobs = EventJobs(bus, clock, log, _PULLED, _is_wanted, self._pull)

    async def run(self) -> None:
        """Fetch them until cancelled."""
        self._ca = await asyncio.to_thread(self._own_certificate)
        await self._jobs.run()

    async def _pull(self, one: PulledInput) -> None:
        """Run the program, and again when it has ended, until a person has to do something."""
        report = _PullReport(self._bus, self._clock, one)
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        source = one.address(self._keyring.cipher(PURPOSE))
        while not report.needs_somebody:
            key = self._keyring.open(self._jobs.events[one.event].stage_key)
            if source is None or key is None:
                await report.unreadable()
                break
            url = f"{one.base}/whip/{one.event}"
            order = PullOrder(source, url, key, one.role is InputRole.BACKUP, self._ca)
            async with aclosing(pulled(self._command, order)) as lines:
                async for news in lines:
                    await report.take(news)
                    if news.state is Pull.PLAYING:
                        backoff.reset()
            if not report.needs_somebody:
                await backoff.wait()
        await asyncio.get_running_loop().create_future()


def _is_wanted(one: PulledInput, event: Event) -> bool:
    return one.on and one.is_set and not event.is_over and event.state is not EventState.DELETED


class _PullReport:
    """Writes the state of an input when it changes, and its level now and then."""

    def __init__(self, bus: Bus, clock: Clock, one: PulledInput) -> None:
        self._bus = bus
        self._clock = clock
        self._name = pulled_state_record(one.event, one.role)
        self._now = PulledState(one.number)
        self._written_s: float | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether nothing is done until a person does something."""
        return self._now.state is Pull.STOPPED

    async def take(self, news: PullNews) -> None:
        """Note the state of a run."""
        now = replace(self._now, state=news.state, detail=news.detail, level_dbfs=news.level_dbfs)
        same = replace(now, level_dbfs=self._now.level_dbfs) == self._now
        now_s = self._clock.monotonic()
        early = self._written_s is not None and now_s - self._written_s < LEVEL_EVERY_S
        if self._written_s is not None and (now == self._now or (same and early)):
            return
        await self._write(now)

    async def unreadable(self) -> None:
        """Note that this server's store key does not open the address, or the stage key."""
        await self._write(replace(self._now, state=Pull.STOPPED, reason="unreadable"))

    async def _write(self, now: PulledState) -> None:
        self._now = now
        self._written_s = self._clock.monotonic()
        with suppress(BusUnavailable, VersionConflict):  # the next line writes it
            record = await self._bus.get(self._name)
            await self._bus.put(self._name, now.to_json(), record.version if record else 0)
