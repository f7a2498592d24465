"""The newest entries of a stream in memory, and positions, the database's form of stream ids."""

from bisect import bisect_right
from collections import deque

from broadcaster.bus.stream_ids import parse_id
from broadcaster.model.ports import Entry

KEPT_ENTRIES = 500
"""Stored entries that stay in memory, minutes of captions. A reader that is this close to the
newest entry needs no database."""

_NUMBER_BITS = 20
_LARGEST_NUMBER = (1 << _NUMBER_BITS) - 1
_LARGEST_MS = (1 << (63 - _NUMBER_BITS)) - 1
LARGEST_POSITION = (1 << 63) - 1


def id_of(position: int) -> str:
    """The stream id of a position."""
    return f"{position >> _NUMBER_BITS}-{position & _LARGEST_NUMBER}"


def position_of(after_id: str) -> int:
    """An id as a 63-bit integer of SQLite, in the same order.

    Raises:
        ValueError: it is not an id.
    """
    ms, number = parse_id(after_id)
    return min(ms, _LARGEST_MS) << _NUMBER_BITS | min(number, _LARGEST_NUMBER)


def first_position(now_ms: int) -> int:
    """The first position of a millisecond of Unix time."""
    return now_ms << _NUMBER_BITS


class StreamTail:
    """The newest entries of one stream: the last `KEPT_ENTRIES`, and all that are not stored yet.

    Args:
        stream: its name.
        floor: position of the newest entry that is stored and not here.

    Attributes:
        floor: every entry after this position is here.
        unstored: entries that the database has not taken yet, always the newest.
    """

    def __init__(self, stream: str, floor: int) -> None:
        self.stream = stream
        self.floor = floor
        self.unstored = 0
        self._positions: deque[int] = deque()
        self._payloads: deque[bytes] = deque()

    def add(self, now_ms: int, payload: bytes) -> int:
        """Add an entry, which is not stored yet, and return its position."""
        newest = self._positions[-1] if self._positions else self.floor
        position = max(first_position(now_ms), newest + 1)
        self._positions.append(position)
        self._payloads.append(payload)
        self.unstored += 1
        self._trim()
        return position

    def stored(self) -> None:
        """The oldest entry that was not stored is stored, or given up."""
        self.unstored -= 1
        self._trim()

    def read(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries after a position, oldest first."""
        first = bisect_right(self._positions, after)
        return [
            Entry(id_of(self._positions[index]), self._payloads[index])
            for index in range(first, min(first + limit, len(self._positions)))
        ]

    def _trim(self) -> None:
        while len(self._positions) > max(KEPT_ENTRIES, self.unstored):
            self.floor = self._positions.popleft()
            self._payloads.popleft()
