"""Something that happened to an event, for other software."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

LIVE = "event.live"
CLOSED = "event.closed"
TRANSCRIPT_READY = "transcript.ready"
ALARM_RAISED = "alarm.raised"
ALARM_CLEARED = "alarm.cleared"


@dataclass(frozen=True, slots=True)
class Happened:
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

    def to_json(self) -> bytes:
        """The form on the stream."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not a happening.
        """
        try:
            return cls(**json.loads(data))
        except TypeError as wrong:
            raise ValueError("not a happening") from wrong
