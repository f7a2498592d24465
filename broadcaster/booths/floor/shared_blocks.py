"""Blocks of floors that several booths of a process keep, each in memory once.

A booth keeps the last minute of its floor, 2.9 MB. All booths of an event keep the same.
"""

from weakref import WeakValueDictionary

from broadcaster.audio.blocks import Block


class SharedBlocks:
    """Knows every block that a booth of this process keeps, as long as one keeps it."""

    def __init__(self) -> None:
        self._blocks: WeakValueDictionary[tuple[str, int], Block] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._blocks)

    def shared(self, floor: str, block: Block) -> Block:
        """Return the block to keep: the one that another booth keeps, if both are equal.

        Args:
            floor: tells floors apart.
            block: of it, as this booth received it.
        """
        kept = self._blocks.setdefault((floor, block.position), block)
        return kept if kept == block else block
