"""What was said in one channel so far, for late joiners and readers that come back."""

from bisect import bisect_left, bisect_right

MOST_CAPTIONS = 5_000
"""Captions kept, several hours of speech; the oldest are forgotten first."""
PAGE_BYTES = 32 * 1024
"""Written to a reader at a time: the past is copied for nobody as a whole."""

Position = tuple[int, int]
"""A stream id, comparable."""


class CaptionHistory:
    """The newest version of each caption: it starts with the text of all versions before."""

    def __init__(self) -> None:
        self._positions: list[Position] = []
        self._kept: dict[Position, tuple[str, bytes]] = {}
        self._of: dict[str, Position] = {}

    def put(self, caption_id: str, position: Position, message: bytes) -> None:
        """Keep a caption instead of its version before; positions only grow.

        Args:
            caption_id: of all its versions.
            position: of this one.
            message: as it is written to readers.
        """
        before = self._of.get(caption_id)
        if before is not None:
            del self._positions[bisect_left(self._positions, before)], self._kept[before]
        self._of[caption_id] = position
        self._positions.append(position)
        self._kept[position] = (caption_id, message)
        if len(self._positions) > MOST_CAPTIONS:
            forgotten, _ = self._kept.pop(self._positions.pop(0))
            del self._of[forgotten]

    def page(self, after: Position | None) -> tuple[bytes, Position] | None:
        """What comes next for a reader.

        Args:
            after: the last position it has; None for nothing.

        Returns:
            At least one message, with more up to about `PAGE_BYTES`, and the position of the last;
            None when there is nothing.
        """
        first = 0 if after is None else bisect_right(self._positions, after)
        messages, size, last = [], 0, None
        for index in range(first, len(self._positions)):
            last = self._positions[index]
            message = self._kept[last][1]
            messages.append(message)
            size += len(message)
            if size >= PAGE_BYTES:
                break
        return None if last is None else (b"".join(messages), last)
