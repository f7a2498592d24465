"""Changes a record that others may change at the same time."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from broadcaster.errors import VersionConflict
from broadcaster.model.ports import Bus


class RecordContent(Protocol):
    """The content of a record."""

    def to_json(self) -> bytes:
        """The form of the record."""


Content = TypeVar("Content", bound=RecordContent)


async def change_record(
    bus: Bus,
    name: str,
    parse: Callable[[bytes], Content],
    empty: Content,
    change: Callable[[Content], Content],
    attempts: int | None = None,
) -> tuple[Content, Content, int]:
    """Change a record by compare-and-set.

    Args:
        bus: has the record.
        name: of the record.
        parse: reads its content.
        empty: its content before anybody has written it.
        change: is given the content as it is now, again after another writer was faster; what it
            raises leaves the record as it is.
        attempts: until it is given up; None for no limit.

    Returns:
        The content before and after, and the version of the record; nothing is written if the
        content stays.

    Raises:
        BusUnavailable: it was perhaps not changed.
        VersionConflict: other writers kept changing it.
    """
    attempt = 0
    while True:
        attempt += 1
        record = await bus.get(name)
        before, version = (empty, 0) if record is None else (parse(record.value), record.version)
        after = change(before)
        if after == before:
            return before, after, version
        try:
            return before, after, await bus.put(name, after.to_json(), version)
        except VersionConflict:
            if attempt == attempts:
                raise
