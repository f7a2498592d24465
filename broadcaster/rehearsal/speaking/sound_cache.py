"""Speech that was rendered before."""

from collections import OrderedDict
from collections.abc import Hashable


class SoundCache:
    """The last spoken texts; older ones are dropped.

    Args:
        most_bytes: how much sound is kept.
    """

    def __init__(self, most_bytes: int = 64 * 1024 * 1024) -> None:
        self._most_bytes = most_bytes
        self._sounds: OrderedDict[Hashable, bytes] = OrderedDict()
        self._kept_bytes = 0

    def get(self, key: Hashable) -> bytes | None:
        """The sound of a text; None if it is not kept."""
        if key in self._sounds:
            self._sounds.move_to_end(key)
        return self._sounds.get(key)

    def put(self, key: Hashable, pcm: bytes) -> None:
        """Keep the sound of a text that is not kept yet."""
        self._sounds[key] = pcm
        self._kept_bytes += len(pcm)
        while self._kept_bytes > self._most_bytes and len(self._sounds) > 1:
            _, oldest = self._sounds.popitem(last=False)
            self._kept_bytes -= len(oldest)
