"""Ids and length of streams, the same for both buses."""

import re

MAX_STREAM_ENTRIES = 200_000
"""Entries a stream keeps at least: about eleven hours of five captions a second."""

_ID = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")


def parse_id(after_id: str) -> tuple[int, int]:
    """Return the milliseconds and the number of an id. An empty id is `(0, 0)`, before all others.

    Raises:
        ValueError: it is not an id; check ids from outside where they arrive.
    """
    if not after_id:
        return 0, 0
    match = _ID.fullmatch(after_id)
    if match is None:
        raise ValueError("a stream id is two numbers of at most 19 digits, like 1763812345678-0")
    return int(match[1]), int(match[2])
