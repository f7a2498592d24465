"""Finds out which channel of a stereo input carries the speech, and what is wrong with the other.

Only speech decides: pauses change nothing. A finding needs half a second of speech, its end a whole
one. A channel that was left out and begins to speak is taken back at once.
"""

from collections import deque
from dataclasses import dataclass

from broadcaster.audio.speech_level import HOP_MS
from broadcaster.audio.stereo.evidence import Cancellation, SpeechApart
from broadcaster.audio.stereo.faults import StereoFault
from broadcaster.audio.stereo.hops import LEFT, RIGHT, StereoHop
from broadcaster.audio.stereo.side_levels import SideLevels

_SPOKEN_HOPS = 800 // HOP_MS
"""Speech that is looked at together."""
_FOUND_HOPS = 500 // HOP_MS
_OVER_HOPS = 1_000 // HOP_MS
_FOUND_AGAIN_HOPS = 8_000 // HOP_MS
"""A side that came back with words of its own has somebody there: a pause is no fault."""
_INVERTED = -0.7
_STILL_INVERTED = -0.4
_SAME_WAVE = 0.7
_SILENT_DB = 20.0
"""A channel that is this far below the other while there is speech is silent."""
_STILL_SILENT_DB = 14.0
_NOISY_DB = 12.0
"""Of two channels with the same speech the one with this much less above its noise is noisy."""
_STILL_NOISY_DB = 6.0
_NOISY_SPREAD_DB = 11.5
_STILL_NOISY_SPREAD_DB = 16.0
_LOUDER_DB = 3.0
_ALIVE_DBFS = -50.0
_ABOVE_HUM_DB = 6.0
_TAKES_OVER_DB = 10.0


@dataclass(frozen=True, slots=True)
class WiringFinding:
    """A fault, and `LEFT` or `RIGHT` if one of them has it."""

    fault: StereoFault = StereoFault.NONE
    side: int | None = None


class WiringJudge:
    """Judges one stereo input, hop by hop.

    Attributes:
        finding: what is wrong with it.
        taken: `LEFT` or `RIGHT` if only that one should be heard; None for both.
    """

    def __init__(self) -> None:
        self.finding = WiringFinding()
        self.taken: int | None = None
        self._sides = (SideLevels(), SideLevels())
        self._cancellation = Cancellation()
        self._speech_apart = SpeechApart()
        self._spoken: deque[StereoHop] = deque(maxlen=_SPOKEN_HOPS)
        self._candidate = WiringFinding()
        self._candidate_hops = 0
        self._alive_hops = 0
        self._came_back = [False, False]

    def add_hop(self, hop: StereoHop) -> None:
        """Take the next 20 ms into account."""
        left, right = self._sides
        levels = hop.levels_dbfs
        left.add_level(levels[LEFT])
        right.add_level(levels[RIGHT])
        self._cancellation.add_hop(hop, max(left.speaker_dbfs, right.speaker_dbfs))
        if self._left_out_speaks(hop):
            self._begin_again()
        if left.is_voiced(levels[LEFT]) or right.is_voiced(levels[RIGHT]):
            self._spoken.append(hop)
            loudness = left.loudness(levels[LEFT]), right.loudness(levels[RIGHT])
            self._speech_apart.add_hop(hop, loudness)
            self._confirm(self._look())
        self._choose(hop)

    def _look(self) -> WiringFinding:
        """The fault that the last speech shows."""
        held = self.finding.fault
        spoken = StereoHop.sum_of(self._spoken)
        left_dbfs, right_dbfs = spoken.levels_dbfs
        most = _STILL_INVERTED if held is StereoFault.CHANNEL_INVERTED else _INVERTED
        if spoken.correlation <= most and abs(left_dbfs - right_dbfs) < _SILENT_DB:
            return WiringFinding(StereoFault.CHANNEL_INVERTED)
        gone = any(side.dead or side.lost_to_hum for side in self._sides)
        if self._speech_apart.apart and not gone and spoken.correlation < _SAME_WAVE:
            return WiringFinding(StereoFault.CHANNELS_DIFFER)
        for side, below_db in ((RIGHT, left_dbfs - right_dbfs), (LEFT, right_dbfs - left_dbfs)):
            fault = self._fault_of(side, below_db)
            if fault:
                return WiringFinding(fault, side)
        return WiringFinding()

    def _fault_of(self, side: int, below_db: float) -> StereoFault:
        """The fault of one channel, which is `below_db` quieter than the other."""
        levels, other = self._sides[side], self._sides[1 - side]
        held = self.finding.fault if self.finding.side == side else StereoFault.NONE
        if not other.speaks:
            return StereoFault.NONE
        if levels.hums:
            return StereoFault.ONE_CHANNEL_HUMS
        silent = held is StereoFault.ONE_CHANNEL_SILENT
        if below_db >= (_STILL_SILENT_DB if silent else _SILENT_DB):
            return StereoFault.ONE_CHANNEL_SILENT
        noisy = held is StereoFault.ONE_CHANNEL_HUMS
        if other.spread_db - levels.spread_db >= (
            _STILL_NOISY_DB if noisy else _NOISY_DB
        ) and levels.spread_db < (_STILL_NOISY_SPREAD_DB if noisy else _NOISY_SPREAD_DB):
            return StereoFault.ONE_CHANNEL_HUMS
        return StereoFault.NONE

    def _confirm(self, seen: WiringFinding) -> None:
        if seen != self._candidate:
            self._candidate, self._candidate_hops = seen, 0
        self._candidate_hops += 1
        if self._candidate_hops >= self._needed_hops(seen):
            self.finding = seen

    def _needed_hops(self, seen: WiringFinding) -> int:
        if seen.side is None:
            return _FOUND_HOPS if seen.fault else _OVER_HOPS
        pauses = self._came_back[seen.side] and not self._sides[seen.side].lost_to_hum
        return _FOUND_AGAIN_HOPS if pauses else _FOUND_HOPS

    def _choose(self, hop: StereoHop) -> None:
        if self.finding.side is not None:
            self.taken = 1 - self.finding.side
        elif self._cancellation.active or self.finding.fault is StereoFault.CHANNEL_INVERTED:
            self.taken = self._louder(hop)
        else:
            self.taken = None

    def _louder(self, hop: StereoHop) -> int:
        """The louder channel; the one that is taken already, or left, if they are much alike."""
        levels = StereoHop.sum_of(self._spoken or [hop]).levels_dbfs
        taken = LEFT if self.taken is None else self.taken
        return 1 - taken if levels[1 - taken] > levels[taken] + _LOUDER_DB else taken

    def _left_out_speaks(self, hop: StereoHop) -> bool:
        """Whether the channel that is left out says something that the other one does not."""
        if self.taken is None:
            return False
        out, taken = hop.levels_dbfs[1 - self.taken], hop.levels_dbfs[self.taken]
        match self.finding.fault:
            case StereoFault.ONE_CHANNEL_SILENT:
                alive, needed_hops = out > max(_ALIVE_DBFS, taken - _TAKES_OVER_DB), 1
            case StereoFault.ONE_CHANNEL_HUMS:
                levels = self._sides[1 - self.taken]
                hum_dbfs = levels.room_dbfs if levels.steady_dbfs is None else levels.steady_dbfs
                alive = out > max(hum_dbfs + _ABOVE_HUM_DB, taken + _TAKES_OVER_DB)
                needed_hops = 2
            case _:
                alive, needed_hops = out > max(_ALIVE_DBFS, taken + _TAKES_OVER_DB), 3
        alive = alive and abs(hop.correlation) < _SAME_WAVE
        self._alive_hops = self._alive_hops + 1 if alive else 0
        return self._alive_hops >= needed_hops

    def _begin_again(self) -> None:
        if self.finding.side is not None:
            self._came_back[self.finding.side] = True
        self.finding = self._candidate = WiringFinding()
        self._candidate_hops = self._alive_hops = 0
        self._cancellation = Cancellation()
        self._spoken.clear()
