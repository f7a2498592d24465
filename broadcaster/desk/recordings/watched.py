"""Follows what the archive reports of all events, and finds what an alarm can be about."""

import asyncio
import logging
from collections.abc import Iterator

from broadcaster.desk.alarms.book import AlarmFinding, AlarmSeverity
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Record
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.state import (
    STALE_AFTER_S,
    RecorderState,
    RecordingReport,
    RecordingSwitch,
)
from broadcaster.model.records.reading import readable_records

log = logging.getLogger("broadcaster.desk")

SPACE_PERCENT = 80
"""Share of the budget from which an alarm is raised, in time to make room."""
CLEAR_PERCENT = 75
_RECORDED = frozenset({EventState.LIVE, EventState.PAUSED})
_STOPPED = frozenset({RecorderState.FULL, RecorderState.FAILED})


class WatchedRecordings:
    """The switches and reports of all events.

    Args:
        bus: has their records.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._wanted: set[str] = set()
        self._reports: dict[str, RecordingReport] = {}

    async def run(self) -> None:
        """Follow them until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_switches(), name="desk: switches of recordings")
            tasks.create_task(self._follow_reports(), name="desk: recordings")

    def findings(self, event: Event, now_ms: int) -> Iterator[AlarmFinding]:
        """Everything about an event's recording that an alarm can be about now."""
        if event.id not in self._wanted or event.state not in _RECORDED:
            return
        report = self._reports.get(event.id)
        reason = stopped_reason(report, now_ms)
        yield AlarmFinding(
            "recording_stopped",
            "",
            bool(reason),
            AlarmSeverity.CRITICAL,
            {"reason": reason},
            raise_after_s=10.0 if reason == "gone" else 0.0,
        )
        if report is None or not report.budget_bytes:
            return
        percent = 100 * report.used_bytes // report.budget_bytes
        holds: bool | None = percent >= SPACE_PERCENT
        if CLEAR_PERCENT <= percent < SPACE_PERCENT:
            holds = None
        yield AlarmFinding(
            "recording_space", "", holds, AlarmSeverity.WARNING, {"percent": percent}
        )

    async def _follow_switches(self) -> None:
        async for name, record in self._bus.watch_all(recording_keys.RECORDING_RECORDS):
            event_id = name.removeprefix(recording_keys.RECORDING_RECORDS)
            self._wanted.discard(event_id)
            if _is_on(name, record):
                self._wanted.add(event_id)

    async def _follow_reports(self) -> None:
        records = self._bus.watch_all(recording_keys.RECORDING_REPORTS)
        async for name, report in readable_records(records, RecordingReport.from_json):
            event_id = name.removeprefix(recording_keys.RECORDING_REPORTS)
            if report.state is RecorderState.ENDED:
                self._reports.pop(event_id, None)
            else:
                self._reports[event_id] = report


def stopped_reason(report: RecordingReport | None, now_ms: int) -> str:
    """Why an event that should be recorded is not: `full`, `failed` or `gone`; empty if it is."""
    if report is None or now_ms - report.at_ms > STALE_AFTER_S * 1_000:
        return "gone"
    return report.state.value if report.state in _STOPPED else ""


def _is_on(name: str, record: Record) -> bool:
    try:
        return RecordingSwitch.from_json(record.value).record
    except ValueError:
        log.exception("%s cannot be read and is ignored", name)
        return False
