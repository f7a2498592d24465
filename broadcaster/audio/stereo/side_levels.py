"""Levels of one channel of a stereo input over the last seconds."""

from collections import deque

import numpy as np
import numpy.typing as npt

from broadcaster.audio.level import (
    DIGITAL_SILENCE_DBFS,
    SILENT_FLOOR_DBFS,
    SPEAKER_PAUSE_DBFS,
)
from broadcaster.audio.speech_level import HOP_MS

QUIETEST_SPEECH_DBFS = -60.0
"""Sound below it is silence for a listener too."""
_REMEMBERED_HOPS = 4_000 // HOP_MS
"""A speaker breathes within this time, and between syllables far more often."""
_RECENT_HOPS = 1_500 // HOP_MS
_ENOUGH_HOPS = 500 // HOP_MS
_STEADY_HOPS = 1_000 // HOP_MS
"""Least sound before it is called steady."""
_EVERY_HOPS = 100 // HOP_MS
"""How often the percentiles are taken again."""
_QUIETEST_ROOM_DBFS = -70.0
_ABOVE_REST_DB = 12.0
"""Hum that is this far above the pauses of before is new."""
_SPEECH_SPREAD_DB = 8.0
"""Speech varies by more than this between its syllables."""
_STEADY_SPREAD_DB = 6.0
"""Hum and noise vary by less than this."""
DEAD_DBFS = -75.0
"""An open microphone is never this quiet; a socket without a cable can be."""
_FADES_DB = 0.5 * HOP_MS / 1000
"""Memories of a speaker and of the pauses fade at this speed per hop: half a dB a second."""


class SideLevels:
    """The levels of the left or the right channel, hop by hop.

    Attributes:
        room_dbfs: what its pauses are like.
        loud_dbfs: its loud syllables in the last seconds.
        speaker_dbfs: the same, remembered in pauses.
        rest_dbfs: its pauses, remembered when hum has come.
        steady_dbfs: its level if it is hum or noise at present; None if it is not.
        dead: nothing at all has come from it for seconds.
    """

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_REMEMBERED_HOPS)
        self._until_next = _EVERY_HOPS
        self.room_dbfs = self.loud_dbfs = self.speaker_dbfs = DIGITAL_SILENCE_DBFS
        self.rest_dbfs = 0.0
        self.steady_dbfs: float | None = None
        self.dead = False

    def add_level(self, level_dbfs: float) -> None:
        """Take the next hop's RMS."""
        self._levels.append(level_dbfs)
        self.speaker_dbfs -= _FADES_DB
        self.rest_dbfs += _FADES_DB
        self._until_next -= 1
        if self._until_next == 0:
            self._until_next = _EVERY_HOPS
            self._look_back()

    @property
    def spread_db(self) -> float:
        """How far its loud syllables are above its pauses."""
        return self.loud_dbfs - self.room_dbfs

    @property
    def speaks(self) -> bool:
        """Whether it has carried speech in the last seconds."""
        return self.spread_db >= _SPEECH_SPREAD_DB and self.loud_dbfs > QUIETEST_SPEECH_DBFS

    @property
    def hums(self) -> bool:
        """Whether it carries steady sound that can be heard."""
        return self.steady_dbfs is not None and self.steady_dbfs > SILENT_FLOOR_DBFS

    @property
    def lost_to_hum(self) -> bool:
        """Whether it hums and did not do so while somebody spoke there: nobody pauses."""
        loud = self.steady_dbfs is not None and self.steady_dbfs > self.rest_dbfs + _ABOVE_REST_DB
        return loud and self.hums

    def is_voiced(self, level_dbfs: float) -> bool:
        """Whether a hop of this level is speech."""
        if len(self._levels) < _ENOUGH_HOPS:
            return level_dbfs > SPEAKER_PAUSE_DBFS
        middle_dbfs = (self.room_dbfs + self.loud_dbfs) / 2
        return self.speaks and level_dbfs > max(middle_dbfs, QUIETEST_SPEECH_DBFS)

    def loudness(self, level_dbfs: float) -> float:
        """Where a level lies between the pauses (0) and the speaker (1); 0 without a speaker."""
        spread_db = self.speaker_dbfs - self.rest_dbfs
        if spread_db < _SPEECH_SPREAD_DB:
            return 0.0
        return (level_dbfs - self.rest_dbfs) / spread_db

    def _look_back(self) -> None:
        levels = np.fromiter(self._levels, float)
        if levels.size >= _ENOUGH_HOPS:
            room_dbfs, loud_dbfs = _quantiles(levels, 0.1, 0.95)
            self.room_dbfs = max(room_dbfs, _QUIETEST_ROOM_DBFS)
            self.loud_dbfs = max(loud_dbfs, _QUIETEST_ROOM_DBFS)
            self.speaker_dbfs = max(self.loud_dbfs, self.speaker_dbfs)
            self.rest_dbfs = min(self.room_dbfs, self.rest_dbfs)
            self.dead = loud_dbfs < DEAD_DBFS
        if levels.size >= _STEADY_HOPS:
            low_dbfs, high_dbfs = _quantiles(levels[-_RECENT_HOPS:], 0.1, 0.9)
            self.steady_dbfs = high_dbfs if high_dbfs - low_dbfs < _STEADY_SPREAD_DB else None


def _quantiles(levels: npt.NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    ordered = np.sort(levels)
    last = ordered.size - 1
    return float(ordered[round(low * last)]), float(ordered[round(high * last)])
