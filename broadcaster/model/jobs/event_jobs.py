"""Runs the jobs of events that records describe, each in the one process that has its lease."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from logging import Logger
from typing import Any, Generic, TypeVar

from broadcaster.model import keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.records.reading import readable_records
from broadcaster.system.leases import work_with_lease

Job = TypeVar("Job")


@dataclass(frozen=True, slots=True)
class JobKind(Generic[Job]):
    """How jobs of one kind are found and named.

    Attributes:
        noun: names one in its tasks.
        records: prefix of their records.
        parse: reads a record; a ValueError leaves it out.
        event_of: id of the event of a job.
        lease_of: name of the lease of a job.
        describe: a job with its event, for the log.
        look_every_s: how often it is asked whether they are wanted, because time has passed; None
            where only records decide.
    """

    noun: str
    records: str
    parse: Callable[[bytes], Job]
    event_of: Callable[[Job], str]
    lease_of: Callable[[Job], str]
    describe: Callable[[Job], str]
    look_every_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Running(Generic[Job]):
    job: Job
    task: asyncio.Task[None]


class EventJobs(Generic[Job]):
    """Starts a job when it is wanted, again when it is changed, and ends it when it is not wanted.

    Args:
        bus: has the records and the leases.
        clock: time of the pauses after an error.
        log: is told of errors of the work.
        kind: of the jobs.
        is_wanted: whether a job of an event is to run now.
        work: does a job until it is cancelled.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        log: Logger,
        kind: JobKind[Job],
        is_wanted: Callable[[Job, Event], bool],
        work: Callable[[Job], Coroutine[Any, Any, None]],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._log = log
        self._kind = kind
        self._is_wanted = is_wanted
        self._work = work
        self._events: dict[str, Event] = {}
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, _Running[Job]] = {}
        self._changed = asyncio.Event()

    @property
    def events(self) -> Mapping[str, Event]:
        """The events by their ids."""
        return self._events

    async def run(self) -> None:
        """Run them until cancelled."""
        noun = self._kind.noun
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_events(), name=f"{noun}s: events")
            tasks.create_task(self._follow_jobs(), name=f"{noun}s: records")
            if self._kind.look_every_s is not None:
                regularly = self._look_regularly(self._kind.look_every_s)
                tasks.create_task(regularly, name=f"{noun}s: time")
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

    async def _follow_jobs(self) -> None:
        records = self._bus.watch_all(self._kind.records)
        async for name, job in readable_records(records, self._kind.parse):
            self._jobs[name] = job
            self._changed.set()

    async def _look_regularly(self, every_s: float) -> None:
        while True:
            await self._clock.sleep(every_s)
            self._changed.set()

    def _start_and_end(self, tasks: asyncio.TaskGroup) -> None:
        for name, running in list(self._running.items()):
            if self._jobs[name] != running.job or not self._wants(running.job):
                running.task.cancel()
            if running.task.done():
                del self._running[name]
        for name, job in self._jobs.items():
            if name not in self._running and self._wants(job):
                of_event = f"{self._kind.noun}:{self._kind.event_of(job)}"
                task = tasks.create_task(self._keep(job), name=of_event)
                task.add_done_callback(lambda _task: self._changed.set())
                self._running[name] = _Running(job, task)
        for event_id, event in list(self._events.items()):
            if event.state is EventState.DELETED:
                self._forget(event_id)

    def _forget(self, event_id: str) -> None:
        del self._events[event_id]
        for name, job in list(self._jobs.items()):
            if self._kind.event_of(job) == event_id and name not in self._running:
                del self._jobs[name]

    def _wants(self, job: Job) -> bool:
        event = self._events.get(self._kind.event_of(job))
        return event is not None and self._is_wanted(job, event)

    async def _keep(self, job: Job) -> None:
        """Do a job while this process has its lease."""
        await work_with_lease(
            partial(self._bus.lease, self._kind.lease_of(job)),
            partial(self._work, job),
            wanted=lambda: True,  # the task is cancelled when the job is not wanted any more
            sleep=self._clock.sleep,
            log=self._log,
            what=self._kind.describe(job),
        )
