"""The order of an event's engines, and how the next one waits for its turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from broadcaster.model.consoles.standby import Standby

BEHIND_S = 12.0
"""The usual seconds of speech behind the speaker that lead to the next engine."""


@dataclass(frozen=True, slots=True)
class Failover:
    """How the engines of an event take over from each other.

    Attributes:
        providers: ids of the services that interpret, in this order; empty as in the settings. A
            channel can have an order of its own.
        standby: whether the next engine listens all the time, or opens a session when it is needed.
        behind_s: an engine that stays this many seconds of speech behind the speaker is replaced.
    """

    providers: tuple[str, ...] = ()
    standby: Standby = Standby.COLD
    behind_s: float = BEHIND_S

    def order(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of the services of a channel, in order; empty as in the settings.

        Args:
            own: those that the channel names itself, which count before those of the event.
        """
        return own or self.providers

    @classmethod
    def of(cls, raw: Mapping[str, Any] | None) -> Self:
        """The choices of a record, as `asdict` made them; None for the usual ones."""
        if raw is None:
            return cls()
        providers, standby = raw.get("providers", ()), raw.get("standby", Standby.COLD)
        return cls(tuple(providers), Standby(standby), float(raw.get("behind_s", BEHIND_S)))
