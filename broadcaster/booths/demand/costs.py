"""Computes the cost of interpretation from a price table, and adds up an event's spending."""

import json
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum
from typing import assert_never

from broadcaster.model.event import EngineKind
from broadcaster.model.status import BoothStatus
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.session_events import Usage

NEARLY_SPENT_SHARE = 0.8
"""From this share of the spend cap on the organizer is warned."""


def sessions_cost_usd(prices: Prices, engine: EngineKind, sent_ms: int, usage: Usage) -> float:
    """USD for the sessions of one booth.

    Args:
        prices: the provider's.
        engine: what runs in the booth.
        sent_ms: length of the sound that was sent.
        usage: tokens that the sessions reported.
    """
    match engine:
        case EngineKind.TRANSCRIBE:
            return prices.transcribe_cost(sent_ms)
        case EngineKind.TRANSLATE:
            return prices.translate_cost(sent_ms)
        case EngineKind.CONVERSE:
            return prices.converse_cost(usage)
        case unknown:
            assert_never(unknown)


class Budget(IntEnum):
    """The state of an event's spend cap."""

    FINE = 0
    NEARLY_SPENT = 1
    SPENT = 2


def budget(spent_usd: float, cap_usd: float | None) -> Budget:
    """Compare spending with the cap. Without a cap the result is always fine."""
    if cap_usd is None or spent_usd < NEARLY_SPENT_SHARE * cap_usd:
        return Budget.FINE
    return Budget.NEARLY_SPENT if spent_usd < cap_usd else Budget.SPENT


@dataclass(frozen=True, slots=True)
class Account:
    """The spending of one channel: by ended booths, and by the running one."""

    ended_usd: float = 0.0
    running_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """Both together."""
        return self.ended_usd + self.running_usd

    def reported(self, cost_usd: float) -> "Account":
        """Return the account after a report. A lower cost comes from the channel's next booth."""
        if cost_usd < self.running_usd:
            return Account(self.total_usd, cost_usd)
        return replace(self, running_usd=cost_usd)


@dataclass(slots=True)
class Spent:
    """The spending of an event, summed over its booths. It never goes down."""

    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def total_usd(self) -> float:
        """Of all channels."""
        return sum(account.total_usd for account in self.accounts.values())

    def record(self, status: BoothStatus) -> None:
        """Take a booth's report; a booth without sessions has cost nothing yet and is ignored."""
        if status.sessions:
            account = self.accounts.get(status.channel, Account())
            self.accounts[status.channel] = account.reported(status.cost_usd)

    def merge(self, other: "Spent") -> None:
        """Merge what another process knows: per channel, the account that spent more wins."""
        for channel, account in other.accounts.items():
            mine = self.accounts.get(channel, Account())
            self.accounts[channel] = max(mine, account, key=lambda known: known.total_usd)

    def to_json(self) -> bytes:
        """The form of the record."""
        return json.dumps(asdict(self)["accounts"]).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Spent":
        """Parse what `to_json` wrote."""
        return cls({channel: Account(**account) for channel, account in json.loads(data).items()})
