"""The switch of an event's recording, and the report of the archive: records on the bus."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from broadcaster.model.records.json_form import JsonForm, StrictJsonForm

REPORT_EVERY_S = 2.0
"""The archive reports at least this often while it has an event."""
STALE_AFTER_S = 15.0
"""After this long without a report no process records the event."""


class RecorderState(StrEnum):
    """The state of an event's recording.

    `waiting` until the event goes live; `full` while the disk or the budget has no room; `failed`
    while the folder cannot be written; `ended` when the event is over, or recording switched off.
    """

    WAITING = "waiting"
    RECORDING = "recording"
    FULL = "full"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RecordingSwitch(JsonForm):
    """The organizer's wish.

    Attributes:
        record: whether the event is to be recorded.
    """

    record: bool = False


@dataclass(frozen=True, slots=True)
class RecordingReport(StrictJsonForm):
    """The state of an event's recording, as the process that records it reports.

    Attributes:
        state: see `RecorderState`.
        at_ms: Unix time of the report.
        part: number of the part that is written; 0 for none.
        dropped: packets that did not reach the disk in time; silence has their place.
        used_bytes: of all recordings in the folder.
        budget_bytes: that they may have.
        reason: the system's words for why it failed.
    """

    state: RecorderState
    at_ms: int
    part: int = 0
    dropped: int = 0
    used_bytes: int = 0
    budget_bytes: int = 0
    reason: str = ""

    def body(self) -> dict[str, Any]:
        """The form in the API."""
        return asdict(self)
