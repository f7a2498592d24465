"""The limits beyond which an alarm is raised; each event may have its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """The limits of one event.

    Attributes:
        speaker_gone_s: seconds without a connected speaker while the event is live.
        silence_s: seconds of silence of a connected speaker.
        clipping_s: seconds over which the speaker's sound is clipped again and again.
        lag_s: seconds that a channel is behind the floor.
        booth_failed_s: seconds in which a booth cannot get a session.
        spend_percent: share of the spend cap that is spent.
    """

    speaker_gone_s: float = 10.0
    silence_s: float = 30.0
    clipping_s: float = 5.0
    lag_s: float = 12.0
    booth_failed_s: float = 10.0
    spend_percent: float = 80.0

    @classmethod
    def of(cls, own: Mapping[str, float]) -> Self:
        """The usual limits, with an event's own in place of some; unknown names are ignored."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in own.items() if name in names})
