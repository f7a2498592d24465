"""Something that happened to an event, for other software."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broadcaster.model.records.json_form import StrictJsonForm

LIVE = "event.live"
CLOSED = "event.closed"
TRANSCRIPT_READY = "transcript.ready"
ALARM_RAISED = "alarm.raised"
ALARM_CLEARED = "alarm.cleared"


@dataclass(frozen=True, slots=True)
class Happened(StrictJsonForm):
    """One entry of an event's stream of happenings.

    Attributes:
        id: unique; an entry that was written twice has the same one.
        what: kind, such as `event.live`.
        at_ms: Unix time.
        data: details; never what people said, and never a secret.
    """

    id: str
    what: str
    at_ms: int
    data: Mapping[str, Any]
