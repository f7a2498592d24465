"""One event's booths: which channels are in use, who works, what was spent."""

import asyncio
import logging
from dataclasses import dataclass, field

from broadcaster.booths.staffing.costs import Budget, Spent, budget
from broadcaster.booths.staffing.orders import Duty
from broadcaster.model.event import Channel, Event, EventState, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.model.status import STALE_AFTER_S, EdgeStatus
from broadcaster.model.variant import ChannelVariant

log = logging.getLogger("broadcaster.booths")


class Demand:
    """Which channels of one event are heard or read, as the edges count.

    Args:
        linger_s: a channel is needed for this long after its last listener and reader, and at
            least as long as an edge may be silent.
    """

    def __init__(self, linger_s: float) -> None:
        self._linger_s = max(linger_s, STALE_AFTER_S)
        self._used_at: dict[str, float] = {}

    def hear(self, status: EdgeStatus, now: float) -> None:
        """Take one edge's counts."""
        for counts in (status.listeners, status.readers):
            for channel, count in counts.items():
                if count:
                    self._used_at[ChannelVariant.parse(channel).channel] = now

    def needs(self, channel: str, now: float) -> bool:
        """Whether the channel is in use, or was not long ago."""
        return channel in self._used_at and now - self._used_at[channel] <= self._linger_s


@dataclass(frozen=True, slots=True)
class Post:
    """A booth that runs, or comes to an end, and what is asked of it."""

    task: asyncio.Task[None]
    duty: Duty


@dataclass(slots=True)
class Roster:
    """Who works at one event, who should, and what it costs.

    Attributes:
        event: as its record was last read.
        demand: who needs what.
        spent: the cost so far.
        booths: running, or coming to an end.
        budget: against the spend cap, when it was last looked at.
        saved_at: when `spent` was written down, on the monotonic clock.
    """

    event: Event
    demand: Demand
    spent: Spent
    saved_at: float
    booths: dict[tuple[str, Interpreter], Post] = field(default_factory=dict)
    budget: Budget = Budget.FINE

    @property
    def held(self) -> str:
        """Why its booths are held; empty while they are not."""
        if self.budget is not Budget.SPENT:
            return ""
        return (
            f"the spend cap of ${self.event.spend_cap_usd:.2f} is reached: "
            "raise it on the desk to go on"
        )

    def needed(self, now: float, *, on_demand: bool) -> list[Channel]:
        """Channels that should have a booth: while the event is live, what is in use or always on.

        Args:
            now: on the monotonic clock.
            on_demand: whether a channel must be needed; else all are.
        """
        if self.event.state is not EventState.LIVE:
            return []
        needed = [
            channel
            for channel in self.event.channels
            if not on_demand or channel.always or self.demand.needs(channel.language, now)
        ]
        if self.event.source_captions and (needed or self.demand.needs(FLOOR, now)):
            needed.append(Channel(FLOOR))
        return needed

    def watch_budget(self) -> None:
        """Look at the spend cap again; a step nearer to it is logged."""
        now = budget(self.spent.total_usd, self.event.spend_cap_usd)
        if now > self.budget:
            log.warning(
                "event %s has spent $%.2f of $%.2f%s",
                self.event.id,
                self.spent.total_usd,
                self.event.spend_cap_usd,
                ": its booths are held" if now is Budget.SPENT else "",
            )
        self.budget = now
