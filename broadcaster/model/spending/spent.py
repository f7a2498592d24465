"""Adds up what an event has spent: by its booths, and by what the desk ordered."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace

from broadcaster.errors import VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record
from broadcaster.model.status import BoothStatus

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Account:
    """The spending of one channel: by ended booths, and by the running one."""

    ended_usd: float = 0.0
    running_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """The cost of ended booths and of the running one."""
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
        """The sum of all channels."""
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


async def add_cost(bus: Bus, event_id: str, account: str, cost_usd: float) -> None:
    """Add a cost to what an event has spent.

    Args:
        bus: has the record.
        event_id: of the event.
        account: name of the cost in the spending; no channel has it.
        cost_usd: nothing is written for 0.

    Raises:
        BusUnavailable: the broker does not answer.
    """

    def added(before: Spent) -> Spent:
        known = before.accounts.get(account, Account())
        return Spent({**before.accounts, account: Account(known.total_usd + cost_usd)})

    if cost_usd > 0:
        name = keys.spent_record(event_id)
        with suppress(VersionConflict):
            await change_record(bus, name, Spent.from_json, Spent(), added, _ATTEMPTS)
