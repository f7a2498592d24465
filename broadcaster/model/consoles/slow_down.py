"""The signal by which a human interpreter asks the speaker to slow down."""

from dataclasses import dataclass

from broadcaster.model.records.json_form import StrictJsonForm

SLOW_DOWN_S = 20.0
"""The speaker is shown the signal for this long."""


@dataclass(frozen=True, slots=True)
class SlowDown(StrictJsonForm):
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
