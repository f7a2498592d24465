"""Follows the copies of recordings in a bucket, and finds what an alarm can be about."""

import asyncio
import logging
from collections.abc import Collection, Iterator

from broadcaster.desk.alarms.book import AlarmFinding, AlarmSeverity
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import CopiesLeft, UploadReport, UploadState
from broadcaster.model.records.reading import readable_records

log = logging.getLogger("broadcaster.desk")

FAILS_S = 60.0
"""A bucket that takes nothing for this long is an alarm; shorter failures are usual."""
WORKS_S = 30.0
"""It is one no more when the bucket has worked for this long."""
_FORGET_AFTER_MS = 40_000
"""An event is watched for so long after the last failure, until its alarm is cleared in its log."""


class WatchedCopies:
    """The copies of all events.

    Args:
        bus: has the reports of the process that copies.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._failing: dict[str, UploadReport] = {}
        self._ended_ms: dict[str, int] = {}
        self._left = CopiesLeft("")

    async def run(self) -> None:
        """Follow them until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_reports(), name="desk: copies of recordings")
            tasks.create_task(self._follow_left(), name="desk: copies that are left")

    @property
    def failing(self) -> Collection[str]:
        """The events whose copies fail, or did a moment ago."""
        return self._failing.keys()

    def findings(self, event: Event, now_ms: int) -> Iterator[AlarmFinding]:
        """Everything about an event's copies that an alarm can be about now."""
        report = self._failing.get(event.id)
        if report is None:
            return
        fails = _fails(report)
        yield AlarmFinding(
            "recording_not_copied",
            "",
            fails,
            AlarmSeverity.WARNING,
            {"bucket": report.bucket, "reason": report.reason},
            raise_after_s=FAILS_S,
            clear_after_s=WORKS_S,
        )
        if fails:
            self._ended_ms.pop(event.id, None)
        elif now_ms - self._ended_ms.setdefault(event.id, now_ms) > _FORGET_AFTER_MS:
            del self._failing[event.id], self._ended_ms[event.id]

    def of_installation(self) -> Iterator[AlarmFinding]:
        """Everything about the copies of deleted events that an alarm can be about now."""
        if self._left.bucket:
            yield AlarmFinding(
                "copies_left",
                "",
                bool(self._left.reason),
                AlarmSeverity.WARNING,
                {"bucket": self._left.bucket, "reason": self._left.reason},
                raise_after_s=FAILS_S,
            )

    async def _follow_reports(self) -> None:
        records = self._bus.watch_all(recording_keys.UPLOAD_REPORTS)
        async for name, report in readable_records(records, UploadReport.from_json):
            event_id = name.removeprefix(recording_keys.UPLOAD_REPORTS)
            if _fails(report) or event_id in self._failing:
                self._failing[event_id] = report

    async def _follow_left(self) -> None:
        async for record in self._bus.watch(recording_keys.COPIES_LEFT):
            try:
                self._left = CopiesLeft.from_json(record.value)
            except ValueError:
                log.exception("%s cannot be read and is ignored", recording_keys.COPIES_LEFT)


def _fails(report: UploadReport) -> bool:
    return report.state is UploadState.FAILED or report.failures > 0
