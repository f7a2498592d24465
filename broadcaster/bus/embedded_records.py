"""Records of the embedded bus: all of them in memory, every write passed on to the database."""

from collections.abc import Iterable

from broadcaster.bus.write_queue import WriteQueue
from broadcaster.errors import VersionConflict
from broadcaster.model.ports import Record


class EmbeddedRecords:
    """Versioned values that can be read and changed even when the database fails.

    Args:
        stored: the records of the database, by name.
        writes: passes changes to it.
    """

    def __init__(self, stored: dict[str, Record], writes: WriteQueue) -> None:
        self._records = stored
        self._writes = writes

    async def put(self, name: str, value: bytes, expected_version: int | None) -> int:
        """See `ports.Bus.put`."""
        known = self._records.get(name)
        version = known.version if known else 0
        if expected_version not in {None, version}:
            raise VersionConflict(f"record {name} is not at version {expected_version}")
        record = self._records[name] = Record(value, version + 1)
        await self._writes.write_record(name, record)
        return record.version

    def get(self, name: str) -> Record | None:
        """See `ports.Bus.get`."""
        return self._records.get(name)

    def names(self, prefix: str) -> list[str]:
        """See `ports.Bus.records`."""
        return sorted(name for name in self._records if name.startswith(prefix))

    def forget(self, names: Iterable[str]) -> None:
        """Remove records that the database no longer has."""
        for name in names:
            self._records.pop(name, None)
