"""The signal by which a human interpreter asks the speaker to slow down."""

import json
from dataclasses import asdict, dataclass

SLOW_DOWN_S = 20.0
"""The speaker is shown the signal for this long."""


@dataclass(frozen=True, slots=True)
class SlowDown:
    """The last signal of an event.

    Attributes:
        at_ms: Unix time; 0 for no signal yet.
        channel: whose interpreter gave it.
    """

    at_ms: int = 0
    channel: str = ""

    def is_shown(self, now_ms: int) -> bool:
        """Whether the speaker is still shown it."""
        return 0 <= now_ms - self.at_ms < SLOW_DOWN_S * 1000

    def to_json(self) -> bytes:
        """The form of the record."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "SlowDown":
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not such a record.
        """
        try:
            return cls(**json.loads(data))
        except TypeError as wrong:
            raise ValueError("not a signal to slow down") from wrong
