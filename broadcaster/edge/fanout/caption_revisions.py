"""The newest revision of each revised caption of a channel, for readers that were there before.

The history has a revised text in the place of its caption. A reader that already has the caption
gets the revision by itself, at its own position in the stream.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from broadcaster.edge.fanout.caption_pack import Position

MOST_REVISIONS = 5_000
"""Kept; those that were written longest ago are forgotten first."""


@dataclass(frozen=True, slots=True)
class CaptionRevision:
    """A revision of a caption.

    Attributes:
        number: counts the caption's revisions from 1.
        place: the position of the caption.
        position: its own; of one that came while captions were held back, that of the newest
            caption that readers had.
        message: as it is written to readers.
        shares_position: whether its position is that of another message, too.
    """

    number: int
    place: Position
    position: Position
    message: bytes
    shares_position: bool = False


class CaptionRevisions:
    """The newest revision of each caption, in the order of their positions."""

    def __init__(self) -> None:
        self._newest: dict[str, CaptionRevision] = {}

    @property
    def last(self) -> Position | None:
        """The position of the newest of all; None without any."""
        return next(reversed(self._newest.values())).position if self._newest else None

    def number_of(self, caption_id: str) -> int:
        """The number of a caption's newest revision; 0 without one."""
        found = self._newest.get(caption_id)
        return found.number if found is not None else 0

    def keep(self, caption_id: str, revision: CaptionRevision) -> None:
        """Keep a revision in place of the caption's previous one."""
        self._newest.pop(caption_id, None)
        self._newest[caption_id] = revision
        if len(self._newest) > MOST_REVISIONS:
            del self._newest[next(iter(self._newest))]

    def again(self, after: Position | None) -> list[bytes]:
        """Revisions that a reader may have missed though it has the message of their position."""
        return [
            one.message
            for one in self._newest.values()
            if one.shares_position and one.position == after
        ]

    def due(
        self, after: Position | None, since: Position | None
    ) -> Iterator[tuple[Position, bytes]]:
        """The revisions of captions that a reader has.

        Args:
            after: the last position that it has; None when it has nothing.
            since: what was revised up to here it has already; None for nothing.
        """
        if after is None:
            return
        for one in self._newest.values():
            if one.place <= after < one.position and (since is None or since < one.position):
                yield one.position, one.message
