"""Records one event: takes the frames of its channels from the bus and has a thread write them.

The event loop never waits for the disk. Frames that the disk does not take in time are dropped, the
oldest first, and silence has their place, so that all files go on lining up.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from broadcaster.archive.budget import DiskBudget
from broadcaster.archive.left_parts import close_left_parts, next_number
from broadcaster.archive.part_writer import Heard, PartWriter
from broadcaster.archive.reporting import RecordingReporter
from broadcaster.errors import BadEnvelope
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind, ms_to_samples, wall_position
from broadcaster.model.event import Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.part import RecordingPart
from broadcaster.model.recording.state import RecorderState, RecordingSwitch
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.archive")

WRITE_EVERY_S = 0.5
"""With `part_writer.PATIENCE_S` a power cut takes 1.8 s of silence at most, and 0.5 s of sound."""
MOST_WAITING = 20_000
"""Frames of an event that wait for the disk: 130 s of nine channels in packets of 60 ms."""
DEPTH = 2_048
"""Frames that the subscription keeps while the event loop is busy."""
LAST_FRAMES_S = 0.3
"""Frames from before the end of an event are on their way for at most this long."""
EARLY_MS = 10_000
"""A first part that begins this soon after going live has the time since then as silence."""
TRY_AGAIN_S = 10.0
_RECORDED = frozenset({EventState.LIVE, EventState.PAUSED})

Result = TypeVar("Result")


class EventRecorder:
    """Records an event while this process has its lease.

    Args:
        bus: has the sound, and takes the reports.
        clock: the time.
        folder: of all recordings.
        budget: of all recordings.
        event: as it is now.
    """

    def __init__(
        self, bus: Bus, clock: Clock, folder: Path, budget: DiskBudget, event: Event
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._folder = folder / event.id
        self._budget = budget
        self._event = event
        self._end: int | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"archive:{event.id}")
        self._waiting: deque[Heard] = deque()
        self._writer: PartWriter | None = None
        self._not_before_s = clock.monotonic()
        self._reporter = RecordingReporter(bus, clock, event.id, budget)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End the part soon, because this process stops."""
        self._stopping.set()

    async def run(self) -> None:
        """Record until the event is over, recording is switched off, or its languages change."""
        try:
            try:
                end = _end_of(self._event)
                await self._in_thread(partial(close_left_parts, self._folder, end))
            except OSError as error:
                self._fail(error)
            if not self._event.is_over:
                await self._record()
        finally:
            if self._writer is not None:
                self._thread.submit(self._writer.close)
            self._thread.shutdown(wait=False)

    async def _record(self) -> None:
        channels = self._event.channel_ids()
        topics = {keys.opus(self._event.id, channel): channel for channel in channels}
        async with self._bus.subscribe(*topics, depth=DEPTH) as frames:
            await first_of(
                self._watch_event(),
                self._watch_switch(),
                self._until_stopped(),
                self._receive(frames, topics),
                self._write_regularly(),
                self._reporter.run(),
                name=f"archive:{self._event.id}",
            )
        if self._writer is not None:
            await self._write()
            await self._end_part(self._reporter.state)
        await self._reporter.report()

    async def _watch_event(self) -> None:
        channels = sorted(self._event.channel_ids())
        async for record in self._bus.watch(keys.event_record(self._event.id)):
            event = Event.from_json(record.value)
            if event.is_over:
                self._end = _end_of(event)
                await self._clock.sleep(LAST_FRAMES_S)
                self._reporter.state = RecorderState.ENDED
                return
            if sorted(event.channel_ids()) != channels:
                return
            self._event = event

    async def _watch_switch(self) -> None:
        async for record in self._bus.watch(recording_keys.recording_record(self._event.id)):
            with suppress(ValueError):  # the supervisor reports it
                if not RecordingSwitch.from_json(record.value).record:
                    self._reporter.state = RecorderState.ENDED
                    return

    async def _until_stopped(self) -> None:
        await self._stopping.wait()
        self._reporter.state = RecorderState.WAITING

    async def _receive(self, frames: Subscription, topics: Mapping[str, str]) -> None:
        async for message in frames:
            try:
                frame = AudioFrame.from_bytes(message.payload)
            except BadEnvelope:
                continue  # the edge reports it
            if frame.kind is Kind.OPUS:
                self._waiting.append((topics[message.topic], frame))
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._reporter.count_dropped()

    async def _write_regularly(self) -> None:
        while True:
            await self._clock.sleep(WRITE_EVERY_S)
            if self._writer is None:
                await self._begin_part()
            if self._writer is not None:
                await self._write()
            if self._budget.is_full and self._writer is not None:
                await self._end_part(RecorderState.FULL)

    async def _begin_part(self) -> None:
        """Begin a part if the event is live and the disk has room."""
        now_s = self._clock.monotonic()
        if self._event.state not in _RECORDED or now_s < self._not_before_s:
            return
        if not self._budget.has_room:
            self._reporter.state = RecorderState.FULL
            self._waiting.clear()
            return
        position = wall_position(self._event.live_at_ms or 0, self._clock.now_ms())
        try:
            number = await self._in_thread(partial(next_number, self._folder))
            start = min((frame.position for _, frame in self._waiting), default=position)
            if number == 1 and position <= ms_to_samples(EARLY_MS):
                start = 0
            part = RecordingPart(
                self._event.id,
                self._event.title,
                number,
                start,
                self._clock.now_ms(),
                self._event.channel_ids(),
            )
            began_s = now_s - (position - start) / CLOCK_HZ
            languages = {FLOOR: self._event.source_language or "und"}
            self._writer = await self._in_thread(
                partial(PartWriter, self._folder, part, began_s, languages)
            )
        except OSError as error:
            self._fail(error)
            return
        self._reporter.recording(number)
        log.info("recording part %d of %s", number, self._event.id)

    async def _write(self) -> None:
        """Write what waits, and return when it is on the disk."""
        assert self._writer is not None
        end = self._end
        frames = [one for one in self._waiting if end is None or one[1].position < end]
        self._waiting.clear()
        work = partial(self._writer.write, frames, self._clock.monotonic())
        try:
            self._budget.count(await self._in_thread(work))
        except OSError as error:
            self._fail(error)

    async def _end_part(self, state: RecorderState) -> None:
        """End the part where the event has come to."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        position = writer.position(self._clock.monotonic()) if self._end is None else self._end
        try:
            await self._in_thread(partial(writer.end, position))
        except OSError as error:
            self._fail(error)
            return
        finally:
            writer.close()
        self._reporter.state = state

    def _fail(self, error: OSError) -> None:
        """Leave the part as it is, and try again later."""
        log.error("%s is not recorded: %s", self._event.id, error)
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._waiting.clear()
        self._reporter.failed(error)
        self._not_before_s = self._clock.monotonic() + TRY_AGAIN_S

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _end_of(event: Event) -> int | None:
    """Where an event was closed, on its clock; None if it was not."""
    if not event.is_over:
        return None
    return wall_position(event.live_at_ms or 0, event.closed_at_ms or 0)
