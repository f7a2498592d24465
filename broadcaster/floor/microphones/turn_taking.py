"""Tells whose turn it is to speak: a cough changes nothing, and neither does a word in between.

Gain sharing follows the loudest voice of each moment. Names on captions follow the speaker, and
change less often: another person must have spoken for `HOLD_MS`, and the one before was silent.
"""

from broadcaster.floor.microphones.gain_sharing import BLOCK_MS

HOLD_MS = 600
"""Somebody has the word who was the only loudest for this long. A cough lasts up to 0.5 s."""
PAUSE_MS = 500
"""After this much silence what was heard before it counts for nothing."""


class TurnTaking:
    """Follows the loudest microphone of each block.

    Attributes:
        speaker: name of the person whose turn it is; None before the first one.
        began_ms: how long ago, at the newest block, the speaker began to speak.
    """

    def __init__(self) -> None:
        self.speaker: str | None = None
        self.began_ms = 0
        self._other = ""
        self._other_began_ms = 0
        self._spoken_ms = 0
        self._silent_ms = 0

    def hear(self, sounding: str) -> None:
        """Take the next block.

        Args:
            sounding: name of the loudest if it sounds in this block; empty while nobody speaks.
        """
        self.began_ms += BLOCK_MS
        self._other_began_ms += BLOCK_MS
        if not sounding:
            self._silent_ms += BLOCK_MS
            if self._silent_ms >= PAUSE_MS:
                self._other = ""
            return
        self._silent_ms = 0
        if sounding == self.speaker:
            self._other = ""
            return
        if sounding != self._other:
            self._other, self._other_began_ms, self._spoken_ms = sounding, BLOCK_MS, 0
        self._spoken_ms += BLOCK_MS
        if self._spoken_ms >= HOLD_MS:
            self.speaker, self.began_ms = self._other, self._other_began_ms
            self._other = ""
