"""A record is changed again while others are faster, and given up when that is said."""

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.errors import VersionConflict
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.records.changing import change_record


class BusyBus(EmbeddedBus):
    """Another writer is faster for some times."""

    def __init__(self, faster: int) -> None:
        super().__init__(None)
        self.faster = faster

    async def put(self, record: str, value: bytes, expected_version: int | None = None) -> int:
        if self.faster:
            self.faster -= 1
            await super().put(record, OnAir("ben", since_ms=self.faster).to_json())
        return await super().put(record, value, expected_version)


async def test_a_change_is_made_again_while_others_are_faster() -> None:
    async with BusyBus(2) as bus:
        before, after, version = await change_record(
            bus, "turn", OnAir.from_json, OnAir(), lambda turn: turn.requested("ana"), 3
        )
    assert (before, after) == (OnAir("ben"), OnAir("ben", requested_by="ana"))
    assert version == 3


async def test_it_is_given_up() -> None:
    async with BusyBus(2) as bus:
        with pytest.raises(VersionConflict):
            await change_record(
                bus, "turn", OnAir.from_json, OnAir(), lambda turn: turn.requested("ana"), 2
            )
