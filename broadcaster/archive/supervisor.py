"""Records every event for which that is switched on, each in one process of all."""

import asyncio
import logging
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

from broadcaster.archive.budget import DiskBudget
from broadcaster.archive.recorder import EventRecorder
from broadcaster.archive.upload.erased_copies import remember_copies
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.event import SLUG, Event, EventState
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.part import part_folders, read_part
from broadcaster.model.recording.state import RecordingSwitch
from broadcaster.model.records.reading import readable_records
from broadcaster.system.backoff import Backoff
from broadcaster.system.leases import work_with_lease

log = logging.getLogger("broadcaster.archive")

MEASURE_EVERY_S = 20.0
STOP_WITHIN_S = 5.0
"""The files of a process that stops are ended within this time, or closed by the next one."""


class RecordingSupervisor:
    """Starts a recorder for each event that is wanted.

    Args:
        bus: has the events, the leases and the sound.
        clock: the time.
        folder: of all recordings; it is made when it is needed.
        budget_bytes: that all recordings may take.
    """

    def __init__(self, bus: Bus, clock: Clock, folder: Path, budget_bytes: int) -> None:
        self._bus = bus
        self._clock = clock
        self._folder = folder
        self._budget = DiskBudget(folder, budget_bytes)
        self._events: dict[str, Event] = {}
        self._wanted: dict[str, bool] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._recorders: dict[str, EventRecorder] = {}
        self._tidied: set[str] = set()
        self._changed = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Record until cancelled."""
        await self._measure()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_events(), name="archive: events")
            tasks.create_task(self._follow_switches(), name="archive: switches")
            tasks.create_task(self._follow_erasures(), name="archive: erasures")
            tasks.create_task(self._measure_regularly(), name="archive: disk")
            while True:
                self._changed.clear()
                self._start_and_forget(tasks)
                await self._changed.wait()

    async def stop(self) -> None:
        """End all parts in order, because this process stops."""
        self._stopping = True
        for recorder in self._recorders.values():
            recorder.stop()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=STOP_WITHIN_S)

    async def _follow_events(self) -> None:
        async for name, record in self._bus.watch_all(keys.EVENT_RECORDS):
            with suppress(ValueError, TypeError, KeyError):  # the booths' supervisor reports it
                event = Event.from_json(record.value)
                self._events[name.removeprefix(keys.EVENT_RECORDS)] = event
                self._changed.set()

    async def _follow_switches(self) -> None:
        records = self._bus.watch_all(recording_keys.RECORDING_RECORDS)
        async for name, switch in readable_records(records, RecordingSwitch.from_json):
            self._wanted[name.removeprefix(recording_keys.RECORDING_RECORDS)] = switch.record
            self._changed.set()

    def _start_and_forget(self, tasks: asyncio.TaskGroup) -> None:
        for event_id, event in list(self._events.items()):
            if event.state is EventState.DELETED:
                del self._events[event_id]
                self._wanted.pop(event_id, None)
                self._tidied.discard(event_id)
            elif self._is_wanted(event) and event_id not in self._tasks:
                task = tasks.create_task(self._keep(event_id), name=f"archive:{event_id}")
                task.add_done_callback(partial(self._end, event_id))
                self._tasks[event_id] = task

    def _end(self, event_id: str, _task: asyncio.Task[None]) -> None:
        del self._tasks[event_id]
        self._changed.set()

    def _is_wanted(self, event: Event | None) -> bool:
        """Whether the event is to be recorded, or may have a part that was left unfinished."""
        if self._stopping or event is None or event.state is EventState.DRAFT:
            return False
        if not self._wanted.get(event.id):
            return False
        return not event.is_over or event.id not in self._tidied

    async def _keep(self, event_id: str) -> None:
        """Record while this process has the lease."""
        await work_with_lease(
            partial(self._bus.lease, recording_keys.recording_lease(event_id)),
            partial(self._record, event_id),
            wanted=lambda: self._is_wanted(self._events.get(event_id)),
            sleep=self._clock.sleep,
            log=log,
            what=f"the recording of {event_id}",
        )

    async def _record(self, event_id: str) -> None:
        event = self._events.get(event_id)
        if event is None:
            return
        recorder = EventRecorder(self._bus, self._clock, self._folder, self._budget, event)
        self._recorders[event_id] = recorder
        try:
            await recorder.run()
        finally:
            self._recorders.pop(event_id, None)
        if event.is_over:
            self._tidied.add(event_id)

    async def _follow_erasures(self) -> None:
        async for name, record in self._bus.watch_all(recording_keys.RECORDING_ERASURES):
            await self._erase(name, record)

    async def _erase(self, name: str, record: Record) -> None:
        """Delete the recordings of a deleted event, then the record that asks for it."""
        event_id = name.removeprefix(recording_keys.RECORDING_ERASURES)
        if not SLUG.fullmatch(event_id) or not record.value.isdigit():
            log.error("%s cannot be read and is ignored", name)
            return
        backoff = Backoff(1.0, 60.0, sleep=self._clock.sleep)
        while not await self._try_erasing(name, event_id, int(record.value)):
            await backoff.wait()

    async def _try_erasing(self, name: str, event_id: str, before_ms: int) -> bool:
        try:
            await asyncio.to_thread(_delete, self._folder / event_id, before_ms)
            await self._bus.erase(records=[name], streams=keys.NOTHING, retained=keys.NOTHING)
        except (OSError, BusUnavailable) as error:
            log.warning("cannot delete the recordings of %s yet: %s", event_id, error)
            return False
        log.info("the recordings of %s are deleted", event_id)
        return True

    async def _measure_regularly(self) -> None:
        while True:
            await self._clock.sleep(MEASURE_EVERY_S)
            await self._measure()

    async def _measure(self) -> None:
        try:
            await asyncio.to_thread(self._budget.measure)
        except OSError as error:
            log.warning("cannot look at the folder of the recordings: %s", error)


def _delete(event_folder: Path, before_ms: int) -> None:
    """Delete the parts that began before a time; a new event may have the same id."""
    for folder in part_folders(event_folder).values():
        part = read_part(folder)
        if part is None or part.begun_at_ms <= before_ms:
            if part is not None:
                remember_copies(event_folder, part)
            shutil.rmtree(folder)
    with suppress(OSError):  # it is not empty, or was never there
        event_folder.rmdir()
