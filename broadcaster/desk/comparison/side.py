"""One of the two services that are compared: its hidden event, and what is seen of that."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from broadcaster.desk.rehearsal.hidden import hidden_copy
from broadcaster.model.event import Channel, Event
from broadcaster.model.failover.choices import Failover
from broadcaster.model.language import FLOOR
from broadcaster.model.spending.spent import Spent
from broadcaster.model.status import BoothState, BoothStatus, EventStatus
from broadcaster.report.delay import AUDIBLE_DBFS
from broadcaster.report.records import ChannelRecords, EventRecords
from broadcaster.report.samples import Sample, sample_of


@dataclass(slots=True)
class Side:
    """One service.

    Attributes:
        service: id of the provider.
        stage_key: of the hidden event.
        event: the hidden event, with one channel that only this service interprets.
        booth: the newest status of that channel.
        began_ms: event clock, when the talk began; None before that.
        samples: of the status since then, one a second.
        spent: by the booths of the hidden event.
    """

    service: str
    stage_key: str
    event: Event
    booth: BoothStatus
    began_ms: int | None = None
    samples: list[Sample] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)

    @classmethod
    def of(
        cls, service: str, event: Event, channel: Channel, now_ms: int, cap_usd: float | None
    ) -> "Side":
        """A service with a hidden copy of an event.

        Args:
            service: id of the provider.
            event: what is rehearsed.
            channel: the language; a relay is left out, or there would be a third service.
            now_ms: Unix time.
            cap_usd: what the copy may spend; None for no limit.
        """
        stage_key = secrets.token_urlsafe(18)
        only = replace(channel, always=True, restarts=0, relay_from="", providers=())
        hidden = hidden_copy(event, (only,), stage_key, now_ms)
        hidden = replace(
            hidden,
            source_captions=False,
            hold_back_s=0,
            spend_cap_usd=cap_usd,
            failover=Failover((service,)),
        )
        return cls(service, stage_key, hidden, BoothStatus(channel.language, BoothState.IDLE))

    @property
    def language(self) -> str:
        """Tag of the channel."""
        return self.event.channels[0].language

    @property
    def speaks(self) -> bool:
        """Whether the channel still speaks, or has something to say."""
        return self.booth.queue_ms > 0 or self.booth.level_dbfs >= AUDIBLE_DBFS

    @property
    def is_heard(self) -> bool:
        """Whether an interpretation was heard."""
        return self.booth.lag_ms is not None

    @property
    def is_ready(self) -> bool:
        """Whether the service has a session."""
        return self.booth.state is BoothState.LIVE

    def take(self, status: EventStatus, now_ms: int) -> None:
        """Note the status of the hidden event.

        Args:
            status: as the stages report it.
            now_ms: Unix time.
        """
        self.booth = status.booths[self.language]
        self.spent.record(self.booth)
        if self.began_ms is not None:
            self.samples.append(sample_of(status, now_ms))

    def records(self, stored: EventRecords, said: ChannelRecords) -> EventRecords:
        """The records that its figures are made of.

        Args:
            stored: what was stored of the hidden event.
            said: the floor as it is known to be.
        """
        channels = tuple(one for one in stored.channels if one.channel != FLOOR)
        return replace(stored, channels=(said, *channels), samples=tuple(self.samples))

    def body(self) -> dict[str, Any]:
        """Its outcome as JSON shows it."""
        return {
            "service": self.service,
            "heard": self.is_heard,
            "reason": self.booth.reason or self.booth.last_error_reason,
            "cost_usd": round(self.spent.total_usd, 5),
        }
