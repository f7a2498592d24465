"""Older captions of a channel, compressed: hours of them take a tenth of the memory."""

import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

Position = tuple[int, int]
"""A stream id, comparable."""

_LEVEL = 6
_HASH_BYTES = 8
_UNPACKED_PACKS = 4
"""Packs that are kept unpacked: readers that join together read the same ones."""


class CaptionPack:
    """Some captions in a row. They can be left out and revised one by one.

    Args:
        captions: the id, the position and the message of each, in the order of the positions.
    """

    def __init__(self, captions: Sequence[tuple[str, Position, bytes]]) -> None:
        self.first, self.last = captions[0][1], captions[-1][1]
        """Positions of the outermost captions."""
        self._ids = b"".join(_hashed(caption_id) for caption_id, _, _ in captions)
        self._count = len(captions)
        self._positions = array("Q", [half for _, position, _ in captions for half in position])
        self._sizes_bytes = array("L", [len(message) for _, _, message in captions])
        self._packed = zlib.compress(b"".join(message for _, _, message in captions), _LEVEL)
        self._left_out = set[int]()
        self._revised: dict[int, bytes] = {}

    def __len__(self) -> int:
        return self._count - len(self._left_out)

    def leave_out(self, caption_id: str) -> bool:
        """Leave out a caption, if it is here. Ids are compared by their 64-bit hash."""
        place = self._place_of(caption_id)
        if place is None:
            return False
        self._left_out.add(place)
        return True

    def revise(self, caption_id: str, write: Callable[[Position], bytes]) -> Position | None:
        """Replace the message of a caption, if it is here.

        Args:
            caption_id: of the caption.
            write: makes its new message for its position.

        Returns:
            Its position, which stays the same; None if it is not here.
        """
        place = self._place_of(caption_id)
        if place is None:
            return None
        position = self._position(place)
        self._revised[place] = write(position)
        return position

    def leave_out_oldest(self) -> None:
        """Leave out the first caption that is still here."""
        self._left_out.add(next(n for n in range(self._count) if n not in self._left_out))

    def captions(self) -> Iterator[tuple[Position, bytes]]:
        """The position and the message of each."""
        data, begin = _unpacked(self._packed), 0
        for place, size in enumerate(self._sizes_bytes):
            if place not in self._left_out:
                message = self._revised.get(place) or data[begin : begin + size]
                yield self._position(place), message
            begin += size

    def positions(self) -> list[Position]:
        """The position of each."""
        places = range(self._count)
        return [self._position(place) for place in places if place not in self._left_out]

    def _place_of(self, caption_id: str) -> int | None:
        """The place of a caption that is here and not left out."""
        sought = _hashed(caption_id)
        at = self._ids.find(sought)
        while at % _HASH_BYTES and at >= 0:
            at = self._ids.find(sought, at + 1)
        place = at // _HASH_BYTES
        return None if at < 0 or place in self._left_out else place

    def _position(self, place: int) -> Position:
        return self._positions[2 * place], self._positions[2 * place + 1]


def _hashed(caption_id: str) -> bytes:
    return hash(caption_id).to_bytes(_HASH_BYTES, "little", signed=True)


@lru_cache(_UNPACKED_PACKS)
def _unpacked(packed: bytes) -> bytes:
    return zlib.decompress(packed)
