"""The captions of one channel so far, for readers that join late or come back."""

from bisect import bisect_left, bisect_right

MOST_CAPTIONS = 5_000
"""Captions kept, several hours of speech; the oldest are dropped first."""
PAGE_BYTES = 32 * 1024
"""Written to a reader at a time: the whole past is never copied for one reader."""

Position = tuple[int, int]
"""A stream id, comparable."""


class CaptionHistory:
    """The newest version of each caption; it begins with the text of its earlier versions."""

    def __init__(self) -> None:
        self._positions: list[Position] = []
        self._kept: dict[Position, tuple[str, bytes]] = {}
        self._of: dict[str, Position] = {}

    def put(self, caption_id: str, position: Position, message: bytes) -> None:
        """Keep a version of a caption in place of its previous version.

        Args:
            caption_id: the same for all versions.
            position: of this version; later than every one so far.
            message: as it is written to readers.
        """
        previous = self._of.get(caption_id)
        if previous is not None:
            del self._positions[bisect_left(self._positions, previous)], self._kept[previous]
        self._of[caption_id] = position
        self._positions.append(position)
        self._kept[position] = (caption_id, message)
        if len(self._positions) > MOST_CAPTIONS:
            dropped, _ = self._kept.pop(self._positions.pop(0))
            del self._of[dropped]

    @property
    def last(self) -> Position | None:
        """The position of the newest version of all; None if it is empty."""
        return self._positions[-1] if self._positions else None

    def before_newest(self, count: int) -> Position | None:
        """The position after which the newest `count` captions come; None to get all of them."""
        first = len(self._positions) - count
        return self._positions[first - 1] if first > 0 else None

    def first_after(self, after: Position | None) -> Position | None:
        """The position of the first caption after another one, if there are captions before it."""
        index = 0 if after is None else bisect_right(self._positions, after)
        return self._positions[index] if 0 < index < len(self._positions) else None

    def earlier(self, before: Position | None, limit: int) -> tuple[list[bytes], Position | None]:
        """The newest captions before a position, for a reader that looks back.

        Args:
            before: the position of the earliest one that the reader has; None when it has nothing.
            limit: the most captions, 1 or more.

        Returns:
            Messages, the oldest first, and the position of the first; None when it is the first of
            all.
        """
        end = len(self._positions) if before is None else bisect_left(self._positions, before)
        first = max(0, end - limit)
        messages = [self._kept[position][1] for position in self._positions[first:end]]
        return messages, self._positions[first] if first > 0 else None

    def everything(self) -> list[bytes]:
        """The messages of all captions, in the order of their positions."""
        return [message for _, message in self._kept.values()]

    def page(self, after: Position | None) -> tuple[bytes, Position] | None:
        """The next captions for a reader.

        Args:
            after: the last position that the reader has; None when it has nothing.

        Returns:
            Messages of about `PAGE_BYTES` together, at least one, and the position of the last;
            None when the reader has everything.
        """
        messages, last = self.messages(after)
        return None if last is None else (b"".join(messages), last)

    def messages(self, after: Position | None) -> tuple[list[bytes], Position | None]:
        """The same, one by one; the position is None if the history is empty."""
        first = 0 if after is None else bisect_right(self._positions, after)
        messages: list[bytes] = []
        size, last = 0, None
        for index in range(first, len(self._positions)):
            last = self._positions[index]
            message = self._kept[last][1]
            messages.append(message)
            size += len(message)
            if size >= PAGE_BYTES:
                break
        return messages, last
