"""Tells the desk how the recording of an event goes."""

import errno
from contextlib import suppress

from broadcaster.archive.budget import DiskBudget
from broadcaster.errors import BusUnavailable
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.state import REPORT_EVERY_S, RecorderState, RecordingReport

_LOOK_EVERY_S = 0.5
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class RecordingReporter:
    """Writes the report of one event, at once when the state changes.

    Args:
        bus: has the record.
        clock: the time.
        event: id of the event.
        budget: of all recordings.

    Attributes:
        state: of the recording.
    """

    def __init__(self, bus: Bus, clock: Clock, event: str, budget: DiskBudget) -> None:
        self._bus = bus
        self._clock = clock
        self._name = recording_keys.recording_report(event)
        self._budget = budget
        self.state = RecorderState.WAITING
        self._part = 0
        self._dropped = 0
        self._reason = ""
        self._told: RecorderState | None = None
        self._told_s = clock.monotonic()

    def recording(self, part: int) -> None:
        """Note that a part is written."""
        self.state = RecorderState.RECORDING
        self._part = part
        self._reason = ""

    def failed(self, error: OSError) -> None:
        """Note why the folder cannot be written."""
        self.state = RecorderState.FULL if error.errno in _NO_ROOM else RecorderState.FAILED
        self._reason = error.strerror or str(error)

    def count_dropped(self) -> None:
        """Count a frame that did not reach the disk in time."""
        self._dropped += 1

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            now_s = self._clock.monotonic()
            if self.state is not self._told or now_s - self._told_s >= REPORT_EVERY_S:
                await self.report()
            await self._clock.sleep(_LOOK_EVERY_S)

    async def report(self) -> None:
        """Report now, unless the store does not work."""
        report = RecordingReport(
            self.state,
            self._clock.now_ms(),
            self._part,
            self._dropped,
            self._budget.used_bytes,
            self._budget.budget_bytes,
            self._reason,
        )
        self._told_s = self._clock.monotonic()
        with suppress(BusUnavailable):
            await self._bus.put(self._name, report.to_json())
            self._told = report.state
