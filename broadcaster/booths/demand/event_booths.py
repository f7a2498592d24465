"""The booths of one event: which channels are in use, which booths run, what was spent."""

import asyncio
import logging
from dataclasses import dataclass, field

from broadcaster.booths.demand.costs import Budget, budget
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, Event, EventState, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.model.relay.relays import with_relays
from broadcaster.model.spending.spent import Spent
from broadcaster.model.status import STALE_AFTER_S, EdgeStatus
from broadcaster.model.variant import ChannelVariant

log = logging.getLogger("broadcaster.booths")


class Demand:
    """The channels of one event that have listeners or readers, by the edges' counts.

    Args:
        linger_s: a channel stays needed for this long after its last listener and reader, and at
            least for as long as an edge may be silent.
    """

    def __init__(self, linger_s: float) -> None:
        self._linger_s = max(linger_s, STALE_AFTER_S)
        self._used_at: dict[str, float] = {}

    def record(self, status: EdgeStatus, now: float) -> None:
        """Take one edge's counts, received at `now` on the monotonic clock."""
        for counts in (status.listeners, status.readers):
            for channel, count in counts.items():
                if count:
                    self.use(ChannelVariant.parse(channel).channel, now)

    def use(self, channel: str, now: float) -> None:
        """Count the channel as in use at `now` on the monotonic clock."""
        self._used_at[channel] = now

    def needs(self, channel: str, now: float) -> bool:
        """Whether the channel is in use, or was within the last `linger_s`."""
        return channel in self._used_at and now - self._used_at[channel] <= self._linger_s


@dataclass(frozen=True, slots=True)
class BoothKey:
    """A booth is replaced by a new one when one of these changes."""

    language: str
    interpreter: Interpreter
    voice: str | None
    restarts: int
    relay_from: str
    providers: tuple[str, ...]

    @classmethod
    def of(cls, channel: Channel, event: Event) -> "BoothKey":
        """The key of a channel's booth."""
        return cls(
            channel.language,
            channel.interpreter,
            channel.voice,
            channel.restarts,
            channel.relay_from,
            event.failover.order(channel.providers),
        )


@dataclass(frozen=True, slots=True)
class RunningBooth:
    """A booth that runs or is coming to an end, and its orders."""

    task: asyncio.Task[None]
    orders: BoothOrders


@dataclass(slots=True)
class EventBooths:
    """One event's booths.

    Attributes:
        event: the event as it is now.
        demand: which channels are in use.
        spent: the cost so far.
        saved_at: when `spent` was last written to its record, on the monotonic clock.
        running: those that run or are coming to an end, by their keys.
        budget: where `spent` stood against the spend cap when last checked.
    """

    event: Event
    demand: Demand
    spent: Spent
    saved_at: float
    running: dict[BoothKey, RunningBooth] = field(default_factory=dict)
    budget: Budget = Budget.FINE

    @property
    def suspended(self) -> str:
        """The reason why the booths must not interpret now, as a sentence; empty while they may."""
        if self.budget is not Budget.SPENT:
            return ""
        return (
            f"the spend cap of ${self.event.spend_cap_usd:.2f} is reached: "
            "raise it on the desk to go on"
        )

    def needed(self, now: float, *, on_demand: bool) -> list[Channel]:
        """Channels that must have a booth.

        While the event is live, these are the channels in use, those that are always on, and their
        relays. The floor channel is needed with any of them, because they ask its booth what the
        floor speaks.

        Args:
            now: on the monotonic clock.
            on_demand: False makes every channel of a live event needed.
        """
        if self.event.state is not EventState.LIVE:
            return []
        languages = with_relays(
            self.event,
            (
                channel.language
                for channel in self.event.channels
                if not on_demand or channel.always or self.demand.needs(channel.language, now)
            ),
        )
        needed = [channel for channel in self.event.channels if channel.language in languages]
        if self.event.source_captions and (needed or self.demand.needs(FLOOR, now)):
            needed.append(Channel(FLOOR, restarts=self.event.floor_restarts))
        return needed

    def use_console(self, channel: str, now: float) -> None:
        """An interpreter has the console of a channel open; it shows what the AI would say.

        An AI that stands by cold costs nothing, so it is not needed for that.
        """
        for one in self.event.channels:
            if one.language == channel and one.standby is Standby.WARM:
                self.demand.use(channel, now)

    def check_budget(self) -> None:
        """Compare `spent` with the spend cap; a step nearer to it is logged."""
        now = budget(self.spent.total_usd, self.event.spend_cap_usd)
        if now > self.budget:
            log.warning(
                "event %s has spent $%.2f of $%.2f%s",
                self.event.id,
                self.spent.total_usd,
                self.event.spend_cap_usd,
                ": its booths stop interpreting" if now is Budget.SPENT else "",
            )
        self.budget = now
