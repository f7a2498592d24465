"""Adds what the desk ordered, and no booth did, to the spending of an event."""

from contextlib import suppress

from broadcaster.booths.demand.costs import Account, Spent
from broadcaster.errors import VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus

_ATTEMPTS = 10


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
    name = keys.spent_record(event_id)
    for _ in range(_ATTEMPTS if cost_usd > 0 else 0):
        record = await bus.get(name)
        spent = Spent.from_json(record.value) if record else Spent()
        before = spent.accounts.get(account, Account())
        spent.accounts[account] = Account(before.total_usd + cost_usd)
        with suppress(VersionConflict):
            await bus.put(name, spent.to_json(), record.version if record else 0)
            return
