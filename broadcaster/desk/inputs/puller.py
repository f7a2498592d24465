"""Fetches the inputs that have an address, each in one process of all."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from broadcaster.desk.inputs.pull import PullNews, PullOrder, pulled
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
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
from broadcaster.model.ports import Bus, Clock
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff
from broadcaster.system.leases import work_with_lease

log = logging.getLogger("broadcaster.desk")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""Before a program that has ended is started again. It tries its source again by itself."""
LEVEL_EVERY_S = 2.0
"""How often a level is written that has changed."""


@dataclass(frozen=True, slots=True)
class _PullTask:
    pulled: PulledInput
    task: asyncio.Task[None]


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
        self._events: dict[str, Event] = {}
        self._inputs: dict[str, PulledInput] = {}
        self._running: dict[str, _PullTask] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Fetch them until cancelled."""
        self._ca = await asyncio.to_thread(self._own_certificate)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_events(), name="pulled inputs: events")
            tasks.create_task(self._follow_inputs(), name="pulled inputs: records")
            while True:
                self._changed.clear()
                self._start_and_end(tasks)
                await self._changed.wait()

    async def _follow_events(self) -> None:
        async for name, record in self._bus.watch_all(keys.EVENT_RECORDS):
            with suppress(ValueError, TypeError, KeyError):  # the booths' supervisor reports it
                event = Event.from_json(record.value)
                self._events[name.removeprefix(keys.EVENT_RECORDS)] = event
                self._changed.set()

    async def _follow_inputs(self) -> None:
        async for name, record in self._bus.watch_all(PULLED_RECORDS):
            with suppress(ValueError):  # the desk reports it
                self._inputs[name] = PulledInput.from_json(record.value)
                self._changed.set()

    def _start_and_end(self, tasks: asyncio.TaskGroup) -> None:
        for name, running in list(self._running.items()):
            if self._inputs[name] != running.pulled or not self._is_wanted(running.pulled):
                running.task.cancel()
            if running.task.done():
                del self._running[name]
        for name, one in self._inputs.items():
            if name not in self._running and self._is_wanted(one):
                task = tasks.create_task(self._keep(one), name=f"pulled input:{one.event}")
                task.add_done_callback(lambda _task: self._changed.set())
                self._running[name] = _PullTask(one, task)
        for event_id, event in list(self._events.items()):
            if event.state is EventState.DELETED:
                self._forget(event_id)

    def _forget(self, event_id: str) -> None:
        del self._events[event_id]
        for name in [name for name, one in self._inputs.items() if one.event == event_id]:
            if name not in self._running:
                del self._inputs[name]

    def _is_wanted(self, one: PulledInput) -> bool:
        event = self._events.get(one.event)
        if event is None or event.is_over or event.state is EventState.DELETED:
            return False
        return one.on and one.is_set

    async def _keep(self, one: PulledInput) -> None:
        """Fetch while this process has the lease."""
        await work_with_lease(
            partial(self._bus.lease, pulled_record(one.event, one.role)),
            partial(self._pull, one),
            wanted=lambda: True,  # the task is cancelled when the input is not wanted any more
            sleep=self._clock.sleep,
            log=log,
            what=f"the {one.role} input of {one.event}",
        )

    async def _pull(self, one: PulledInput) -> None:
        """Run the program, and again when it has ended, until a person has to do something."""
        report = _PullReport(self._bus, self._clock, one)
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        source = one.address(self._keyring.cipher(PURPOSE))
        while not report.needs_somebody:
            key = self._keyring.open(self._events[one.event].stage_key)
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
