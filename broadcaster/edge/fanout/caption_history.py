"""The captions of one channel so far, for readers that join late or come back."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice
from operator import itemgetter

from broadcaster.edge.fanout.caption_pack import CaptionPack, Position
from broadcaster.edge.fanout.caption_revisions import CaptionRevision, CaptionRevisions

__all__ = ["MOST_CAPTIONS", "PAGE_BYTES", "CaptionHistory", "Position"]

MOST_CAPTIONS = 5_000
"""Captions kept, several hours of speech; the oldest are dropped first."""
PAGE_BYTES = 32 * 1024
"""Written to a reader at a time: the whole past is never copied for one reader."""
_PACKED = 128
"""Captions in a pack. Up to twice as many of the newest are not packed, because they change."""


class CaptionHistory:
    """The newest version of each caption; it begins with the text of its earlier versions.

    A caption that was revised stays in its place, with the revised text.
    """

    def __init__(self) -> None:
        self._packs: deque[CaptionPack] = deque()
        self._recent: dict[str, tuple[Position, bytes]] = {}
        """By id, in the order of the positions."""
        self._count = 0
        self._revisions = CaptionRevisions()
        self.revised = 0
        """How many revisions it was given."""

    def put(self, caption_id: str, position: Position, message: bytes) -> None:
        """Keep a version of a caption in place of its previous version.

        Args:
            caption_id: the same for all versions.
            position: of this version; later than every one so far.
            message: as it is written to readers.
        """
        if self._recent.pop(caption_id, None) is None and not self._leave_out(caption_id):
            self._count += 1
        self._recent[caption_id] = (position, message)
        if len(self._recent) == 2 * _PACKED:
            self._pack()
        if self._count > MOST_CAPTIONS:
            self._drop_oldest()

    def revise(
        self,
        caption_id: str,
        number: int,
        position: Position | None,
        write: Callable[[Position], bytes],
    ) -> bytes | None:
        """Keep a revision of a caption.

        Args:
            caption_id: of the caption.
            number: counts its revisions from 1.
            position: of the revision, later than every position so far; None for one that is later
                than captions which will still be put.
            write: makes the message for the place of the caption, and for the revision itself.

        Returns:
            The message for readers that have the caption; None if nothing changes, because the
            caption is not kept any more or a revision with this number or a later one is known.
        """
        if number <= self._revisions.number_of(caption_id):
            return None
        place = self._revise_in_place(caption_id, write)
        if place is None:
            return None
        shares_position = position is None
        position = position or self.last or place
        message = write(position)
        self._revisions.keep(
            caption_id, CaptionRevision(number, place, position, message, shares_position)
        )
        self.revised += 1
        return message

    def again(self, after: Position | None) -> list[bytes]:
        """See `CaptionRevisions.again`."""
        return self._revisions.again(after)

    def is_revised(self, caption_id: str) -> bool:
        """Whether a caption has a revision."""
        return self._revisions.number_of(caption_id) > 0

    @property
    def last(self) -> Position | None:
        """The position of the newest version or revision of all; None if it is empty."""
        if not self._recent:
            return None
        newest = next(reversed(self._recent.values()))[0]
        revised = self._revisions.last
        return newest if revised is None else max(newest, revised)

    def everything(self) -> list[bytes]:
        """The messages of all captions, in the order of their positions."""
        return [message for _, message in self._captions_after(None)]

    def before_newest(self, count: int) -> Position | None:
        """The position after which the newest `count` captions come; None to get all of them."""
        return next(islice(self._positions_backwards(), count, None), None)

    def first_after(self, after: Position | None) -> Position | None:
        """The position of the first caption after another one, if there are captions before it."""
        found = next(self._captions_after(after), None)
        if found is None:
            return None
        packed = self._packs[0].positions() if self._packs else []
        first = packed[0] if packed else next(self._captions_after(None))[0]
        return found[0] if found[0] > first else None

    def earlier(self, before: Position | None, limit: int) -> tuple[list[bytes], Position | None]:
        """The newest captions before a position, for a reader that looks back.

        Args:
            before: the position of the earliest one that the reader has; None when it has nothing.
            limit: the most captions, 1 or more.

        Returns:
            Messages, the oldest first, and the position of the first; None when it is the first of
            all.
        """
        found = list(islice(self._before(before), limit + 1))
        messages = [message for _, message in reversed(found[:limit])]
        return messages, found[limit - 1][0] if len(found) > limit else None

    def page(
        self, after: Position | None, since: Position | None = None
    ) -> tuple[bytes, Position] | None:
        """The next captions for a reader.

        Args:
            after: the last position that the reader has; None when it has nothing.
            since: see `CaptionRevisions.due`.

        Returns:
            Messages of about `PAGE_BYTES` together, at least one, and the position of the last;
            None when the reader has everything.
        """
        messages, last = self.messages(after, since)
        return None if last is None else (b"".join(messages), last)

    def messages(
        self, after: Position | None, since: Position | None = None
    ) -> tuple[list[bytes], Position | None]:
        """The messages of such a page one by one; the position is None if the history is empty."""
        messages: list[bytes] = []
        size, last = 0, None
        revised = self._revisions.due(after, since)
        for position, message in merge(self._captions_after(after), revised, key=itemgetter(0)):
            last = position
            messages.append(message)
            size += len(message)
            if size >= PAGE_BYTES:
                break
        return messages, last

    def _captions_after(self, after: Position | None) -> Iterator[tuple[Position, bytes]]:
        """All captions after a position."""
        first = 0 if after is None else bisect_right(self._packs, after, key=lambda pack: pack.last)
        for pack in islice(self._packs, first, None):
            for caption in pack.captions():
                if after is None or caption[0] > after:
                    yield caption
        for caption in self._recent.values():
            if after is None or caption[0] > after:
                yield caption

    def _before(self, before: Position | None) -> Iterator[tuple[Position, bytes]]:
        """All captions before a position, the newest first."""
        for caption in reversed(self._recent.values()):
            if before is None or caption[0] < before:
                yield caption
        for pack in reversed(self._packs):
            if before is None or pack.first < before:
                for caption in reversed(list(pack.captions())):
                    if before is None or caption[0] < before:
                        yield caption

    def _positions_backwards(self) -> Iterator[Position]:
        for position, _ in reversed(self._recent.values()):
            yield position
        for pack in reversed(self._packs):
            yield from reversed(pack.positions())

    def _revise_in_place(
        self, caption_id: str, write: Callable[[Position], bytes]
    ) -> Position | None:
        """Replace a caption's message; returns its position, None if it is not kept."""
        if caption_id in self._recent:
            place = self._recent[caption_id][0]
            self._recent[caption_id] = (place, write(place))
            return place
        for pack in reversed(self._packs):
            if (found := pack.revise(caption_id, write)) is not None:
                return found
        return None

    def _pack(self) -> None:
        """Pack the older half of the recent captions."""
        oldest = [(name, *self._recent[name]) for name in islice(self._recent, _PACKED)]
        for name, _, _ in oldest:
            del self._recent[name]
        self._packs.append(CaptionPack(oldest))

    def _leave_out(self, caption_id: str) -> bool:
        """Leave out the packed version of a caption; returns whether there was one."""
        for pack in reversed(self._packs):
            if pack.leave_out(caption_id):
                if not pack:
                    self._packs.remove(pack)
                return True
        return False

    def _drop_oldest(self) -> None:
        oldest = self._packs[0]
        oldest.leave_out_oldest()
        self._count -= 1
        if not oldest:
            self._packs.popleft()
